/** Several runs on one page: what differs, and what came of it. */
import { legendOf } from '../charts/legend.js';
import { formatBytes } from '../support/byte-size.js';
import { formatDuration } from '../support/duration.js';
import { flagOf } from '../support/options/option-table.js';
import { environmentRows, optionText } from './fact-tables.js';
import { type Cell, html, type Markup, svg, table } from './markup.js';
import { percent, rounded } from './numbers.js';
import { page } from './page.js';
import { reportStyle } from './report-style.js';
import { panels } from './result-sections.js';
import type { RunFacts } from './run-facts.js';
import { doneSteps, reportedOrdering, smoothCurve, stepTime } from './run-metrics.js';
import { footer, problemList } from './run-page.js';
import { trainingCharts } from './training-charts.js';

/** Options without which held-out crops, and so their figures, are others. */
const heldOutOptions = ['data', 'pairs', 'downscale', 'heldOut', 'chooseOn', 'levels', 'crop', 'seed'];

/** The page's text. @param runs at least two */
export function comparisonPage(runs: readonly RunFacts[]): string {
  const title = `Comparison of ${runs.length} runs`;
  return page({
    title: `${title}: ${runs.map(({ name }) => name).join(', ')}`,
    style: reportStyle,
    body: html`<header>
<h1>${title}</h1>
<p>${verdict(runs)}</p>
${problemList(runs)}</header>
<nav aria-label="Sections"><a href="#results">Results</a><a href="#differences">Differences</a><a href="#training">Training</a><a href="#severity">Learned</a><a href="#opinion">Opinion</a></nav>
<main>
${results(runs)}${differences(runs)}<section id="training"><h2>Training</h2>
<div class="charts">${trainingCharts(runs).map(svg)}</div></section>
${severity(runs)}${opinions(runs)}</main>
${footer(runs[0]!)}`,
  });
}

function verdict(runs: readonly RunFacts[]): string {
  const measured = runs
    .map((run) => ({ run, best: reportedOrdering(run) }))
    .filter((item): item is { run: RunFacts; best: NonNullable<typeof item.best> } => item.best !== undefined)
    .sort((a, b) => b.best.ordered - a.best.ordered);
  const differing = heldOutOptions.filter((key) => new Set(runs.map(({ options }) => optionText(options[key]))).size > 1);
  const reported = new Set(runs.map(({ model }) => model?.data.choosing !== undefined));
  const [first, second] = measured;
  const best =
    first === undefined
      ? 'None of the runs has been evaluated yet.'
      : `${first.run.name} orders held-out crops best: ${percent(first.best.ordered)} of pairs of severity levels in the right order${
          second ? `, against ${percent(second.best.ordered)} of ${second.run.name}` : '; the others have not been evaluated'
        }.`;
  const caution =
    differing.length === 0 && reported.size > 1
      ? 'Those without an exported model have figures of the images that chose their checkpoint, so that small differences mean nothing.'
      : differing.length === 0
        ? 'All were measured on the same held-out crops.'
        : `They were measured on different held-out crops (${differing.map(flagOf).join(', ')} differ), so that small differences mean nothing.`;
  return `${best} ${caution}`;
}

function results(runs: readonly RunFacts[]): Markup {
  const rows = runs.map((run): Cell[] => {
    const best = reportedOrdering(run);
    const model = run.files.find(({ name }) => name === 'model.onnx');
    return [
      run.name,
      { number: percent(best?.ordered) },
      { number: rounded(best?.srcc, 3) },
      { number: best ? String(best.step) : '–' },
      { number: `${doneSteps(run)} of ${run.options.steps}` },
      { number: rounded(smoothCurve(run.steps, 'loss').at(-1)?.[1], 4) },
      { number: formatDuration(stepTime(run)) },
      { number: model ? formatBytes(model.bytes) : '–' },
    ];
  });
  const headings = ['Levels in order', 'SRCC', 'Best step', 'Steps', 'Last loss, smoothed', 'Time of steps', 'Model'];
  return html`<section id="results"><h2>Results</h2>
${table('Held-out ordering of the best checkpoint, and cost', ['Run', ...headings.map((number) => ({ number }))], rows)}</section>
`;
}

/** Options and machines, where not all runs have the same. */
function differences(runs: readonly RunFacts[]): Markup {
  const differing = (records: readonly Readonly<Record<string, string>>[]): string[] =>
    [...new Set(records.flatMap(Object.keys))].filter((key) => new Set(records.map((record) => record[key])).size > 1);
  const options = runs.map((run) => Object.fromEntries(Object.entries(run.options).map(([key, value]) => [key, optionText(value)])));
  const environments = runs.map((run) => Object.fromEntries(environmentRows(run)));
  const rowsOf = (
    keys: readonly string[],
    records: readonly Readonly<Record<string, string>>[],
    shown: (key: string) => Markup,
  ): Cell[][] => keys.map((key) => [shown(key), ...records.map((record) => record[key] ?? '–')]);
  const rows = [
    ...rowsOf(differing(options), options, (key) => html`<code>${flagOf(key)}</code>`),
    ...rowsOf(differing(environments), environments, (key) => html`${key}`),
  ];
  const names = runs.map(({ name }) => name);
  return html`<section id="differences"><h2>Differences</h2>
${rows.length === 0 ? html`<p>Options and machines are the same.</p>` : table('Options and machines that are not the same', ['', ...names], rows)}</section>
`;
}

function severity(runs: readonly RunFacts[]): Markup {
  const measured = runs.map(({ name, heldOut }) => ({ name, distortions: heldOut?.result.distortions ?? [] }));
  const best = runs.map(reportedOrdering);
  const distortions = [...new Set(best.flatMap((row) => Object.keys(row?.perDistortion ?? {})))].sort();
  const rows = distortions.map((name): Cell[] => [name, ...best.map((row) => ({ number: rounded(row?.perDistortion[name]?.srcc, 3) }))]);
  const names = runs.map(({ name }) => name);
  const key = legendOf(names, 600);
  const legend = { width: 600, height: key.height, title: 'Runs', description: names.join(', '), content: key.content };
  return html`<section id="severity"><h2>What they have learned</h2>
${
  measured.every((run) => run.distortions.length === 0)
    ? html`<p>Curves of score against severity are measured when a model is exported; none of these runs has any yet.</p>`
    : html`<p>Mean score of held-out crops at severity 0, pristine, and up. Scores of different models need not have the same scale: what counts is that they fall.</p>
<div class="key">${svg(legend)}</div>
${panels(measured)}`
}
${rows.length === 0 ? undefined : table('SRCC of score and severity of the best checkpoint; −1 is perfect', ['Distortion', ...names.map((number) => ({ number }))], rows)}</section>
`;
}

function opinions(runs: readonly RunFacts[]): Markup {
  const benchmarks = [...new Set(runs.flatMap((run) => run.opinions.map(({ result }) => result.opinion.name)))].sort();
  const rows = benchmarks.map((name): Cell[] => [
    name,
    ...runs.map((run) => {
      const result = run.opinions.find((found) => found.result.opinion.name === name)?.result;
      const own = result?.measures.find((measure) => measure.run === run.name) ?? result?.measures.find(({ kind }) => kind === 'model');
      if (own === undefined) return { number: '–' };
      const { value, low, high } = own.srcc;
      return { number: `${rounded(value, 3)} (${rounded(low, 3)} to ${rounded(high, 3)})` };
    }),
  ]);
  const names = runs.map(({ name }) => name);
  return html`<section id="opinion"><h2>Agreement with human opinion</h2>
${rows.length === 0 ? html`<p>Not measured.</p>` : table('SRCC with its bootstrap interval', ['Benchmark', ...names.map((number) => ({ number }))], rows)}</section>
`;
}
