/** Score against severity, one small chart for each distortion, with a line for each model. */
import type { Drawing } from '../charts/drawing.js';
import { lineChart } from '../charts/line-chart.js';
import { ticksOf } from '../charts/ticks.js';
import { percent, rounded } from './numbers.js';

/** One model's scores of crops of growing severity. */
export interface SeverityCurves {
  readonly name: string;
  readonly distortions: readonly {
    readonly name: string;
    readonly group: string;
    readonly srcc: number | null;
    readonly ordered: number | null;
    readonly levels: readonly { readonly level: number; readonly mean: number; readonly p25: number; readonly p75: number }[];
  }[];
}

/** All with the same axes, so that they can be compared at a glance; the area is the middle half of the images, where there is one model. */
export function severityCharts(models: readonly SeverityCurves[]): Drawing[] {
  const names = [...new Set(models.flatMap(({ distortions }) => distortions.map(({ name }) => name)))];
  const levels = models.flatMap(({ distortions }) => distortions.flatMap((distortion) => distortion.levels));
  const withBand = models.length === 1;
  const lowest = Math.min(...levels.map(({ mean, p25 }) => (withBand ? p25 : mean)));
  const highest = Math.max(...levels.map(({ mean, p75 }) => (withBand ? p75 : mean)));
  const most = Math.max(...levels.map(({ level }) => level));
  const { domain } = ticksOf(lowest, highest, 3);
  return names.map((name) => {
    const own = models.map((model) => ({ model: model.name, found: model.distortions.find((distortion) => distortion.name === name) }));
    const [only] = withBand ? own : [];
    return lineChart({
      title: name,
      description: own
        .map(({ model, found }) => `${model}: ${percent(found?.ordered)} of level pairs in order, SRCC ${rounded(found?.srcc, 2)}.`)
        .join(' '),
      x: { label: '', domain: [0, most], ticks: Math.min(most, 5) },
      y: { label: only ? `SRCC ${rounded(only.found?.srcc, 2)}` : '', domain, ticks: 3 },
      series: own.map(({ model, found }) => ({
        name: model,
        points: (found?.levels ?? []).map(({ level, mean }) => [level, mean]),
        ...(withBand && { band: (found?.levels ?? []).map(({ level, p25, p75 }) => [level, p25, p75] as const) }),
      })),
      marks: withBand,
      legend: false,
      width: 190,
      height: 140,
    });
  });
}
