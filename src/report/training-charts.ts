/** Curves of a training run, or of several over each other. */
import type { Drawing } from '../charts/drawing.js';
import { lineChart, type Series } from '../charts/line-chart.js';
import type { Axis } from '../charts/plot-frame.js';
import { distortionGroups } from '../degrade/distortion.js';
import { distortions } from '../degrade/distortions/table.js';
import type { RunFacts } from './run-facts.js';
import { curve, doneSteps, type OrderingRow, orderings, smoothCurve } from './run-metrics.js';

/** Several runs: so few that the values behind the smoothed lines can be told apart. */
const fewRuns = 2;

/** Loss, held-out ordering, learning rate, gradient norm and speed; none of what there are no rows for. */
export function trainingCharts(runs: readonly RunFacts[]): Drawing[] {
  const x: Axis = { label: 'step', domain: [0, Math.max(1, ...runs.map(doneSteps))] };
  const [only] = runs.length === 1 ? runs : [];
  const chart = (title: string, description: string, label: string, series: readonly Series[], marks = false): Drawing[] =>
    series.every(({ points }) => points.length === 0)
      ? []
      : [lineChart({ title, description, x, y: { label }, series, marks, legend: series.length > 1 })];
  const ofSteps = (key: string): Series[] =>
    runs.map(({ name, steps }) => ({
      name,
      points: smoothCurve(steps, key),
      ...(runs.length <= fewRuns && { behind: curve(steps, key) }),
    }));
  const ofOrderings = (value: (row: OrderingRow) => number): Series[] =>
    runs.map((run) => ({ name: run.name, points: orderings(run).map((row) => [row.step, value(row)]) }));
  return [
    ...(only
      ? chart('Loss', 'Losses over steps, smoothed, with their values behind.', 'loss (units of the cues)', lossSeries(only))
      : chart('Loss', 'The sum of the losses of each run over steps, smoothed.', 'loss (units of the cues)', ofSteps('loss'))),
    ...chart(
      'SRCC with opinions of the validation images',
      'Rank correlation of predicted and given opinions of images that training does not see, at every evaluation.',
      'SRCC; 1 is perfect',
      runs.map((run) => ({
        name: run.name,
        points: orderings(run).flatMap(({ step, opinionSrcc }): [number, number][] =>
          opinionSrcc === undefined ? [] : [[step, opinionSrcc]],
        ),
      })),
      true,
    ),
    ...chart(
      'Held-out severity levels in order',
      'Share of pairs of severity levels that the scores of held-out crops put in the right order, at every evaluation.',
      '% of pairs; 50 is guessing, 100 perfect',
      ofOrderings(({ ordered }) => ordered * 100),
      true,
    ),
    ...(only
      ? chart(
          'The same by group of distortions',
          'The same share for each group of distortions.',
          '% of pairs',
          groupSeries(orderings(only)),
          true,
        )
      : chart(
          'Held-out SRCC',
          'Mean rank correlation of score and severity.',
          'SRCC; −1 is perfect',
          ofOrderings(({ srcc }) => srcc),
          true,
        )),
    ...chart(
      'Learning rate',
      'The learning rate of every step.',
      'learning rate',
      runs.map(({ name, steps }) => ({ name, points: curve(steps, 'learningRate') })),
    ),
    ...chart('Gradient norm', 'The norm of all gradients before clipping, smoothed.', 'norm before clipping', ofSteps('gradientNorm')),
    ...chart('Speed', 'Crops that a second of a step trained on, smoothed.', 'crops per second', ofSteps('timings.imagesPerSecond')),
  ];
}

/** With cues that are exact opposites both ranking losses are equal: one line would hide the other. */
function lossSeries({ steps }: RunFacts): Series[] {
  if (steps.some(({ error }) => typeof error === 'number')) {
    const parts = [
      ['loss', 'sum'],
      ['error', 'squared error'],
      ['order', 'order within the batch'],
    ] as const;
    return parts
      .filter(([key]) => steps.some((row) => typeof row[key] === 'number'))
      .map(([key, name]) => ({ name, points: smoothCurve(steps, key), behind: curve(steps, key) }));
  }
  const equal = steps.every(({ positive, negative }) => positive === negative);
  const names = [
    ['loss', 'sum'],
    ['consistency', 'consistency'],
    ['positive', equal ? 'ranking, falling = rising cues' : 'ranking, falling cues'],
    ...(equal ? [] : [['negative', 'ranking, rising cues'] as const]),
  ] as const;
  return names.map(([key, name]) => ({ name, points: smoothCurve(steps, key), behind: curve(steps, key) }));
}

function groupSeries(rows: readonly OrderingRow[]): Series[] {
  return distortionGroups.flatMap((group) => {
    const points = rows.flatMap(({ step, perDistortion }): [number, number][] => {
      const own = Object.entries(perDistortion).filter(
        ([name]) => Object.hasOwn(distortions, name) && distortions[name as keyof typeof distortions].group === group,
      );
      return own.length === 0 ? [] : [[step, (own.reduce((sum, [, { ordered }]) => sum + ordered, 0) / own.length) * 100]];
    });
    return points.length === 0 ? [] : [{ name: group, points }];
  });
}
