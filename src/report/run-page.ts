/** The report of one run, for a person who was not there. */
import { opinionsSeen } from '../export/opinions-seen.js';
import { formatBytes } from '../support/byte-size.js';
import { formatDuration } from '../support/duration.js';
import { degradationsSection } from './degradations-section.js';
import { configurationSection, environmentSection, filesSection } from './fact-tables.js';
import { type Cell, details, html, type Markup, svg, table } from './markup.js';
import { percent, rounded, significant } from './numbers.js';
import { page } from './page.js';
import { extremesSection, previewSection } from './picture-sections.js';
import { reportStyle } from './report-style.js';
import { opinionSection, severitySection } from './result-sections.js';
import type { RunFacts } from './run-facts.js';
import { bestOrdering, doneSteps, orderings, reportedOrdering, smoothCurve, stepTime } from './run-metrics.js';
import { summarize } from './summary.js';
import { trainingCharts } from './training-charts.js';

const sections = [
  ['training', 'Training'],
  ['severity', 'Learned'],
  ['degradations', 'Reasons'],
  ['opinion', 'Opinion'],
  ['extremes', 'Best and worst'],
  ['trained-on', 'Trained on'],
  ['configuration', 'Configuration'],
  ['environment', 'Environment'],
  ['files', 'Files'],
] as const;

/** The page's text. */
export async function runPage(facts: RunFacts): Promise<string> {
  return page({
    title: `${facts.name}: report of a training run`,
    style: reportStyle,
    body: html`<header>
<h1>${facts.name}</h1>
<p>${summarize(facts)}</p>
${keyFigures(facts)}
${problemList([facts])}</header>
<nav aria-label="Sections">${sections.filter(([id]) => id !== 'degradations' || facts.model).map(([id, title]) => html`<a href="#${id}">${title}</a>`)}</nav>
<main>
${trainingSection(facts)}${severitySection(facts)}${degradationsSection(facts)}${await opinionSection(facts)}${await extremesSection(facts)}${await previewSection(facts)}${configurationSection(facts)}${environmentSection(facts)}${filesSection(facts)}</main>
${footer(facts)}`,
  });
}

/** Parts that could not be read, so that a reader knows that something is missing. */
export function problemList(runs: readonly RunFacts[]): Markup {
  return html`${runs.flatMap(({ problems }) => problems).map((problem) => html`<p class="problem">Left out: ${problem}</p>\n`)}`;
}

export function footer({ environment }: Pick<RunFacts, 'environment'>): Markup {
  const version = typeof environment.antonym === 'string' ? ` ${environment.antonym}` : '';
  return html`<footer>Made by Antonym${version}: image-quality models without human labels. This page is complete in itself and loads nothing.</footer>`;
}

function keyFigures(facts: RunFacts): Markup {
  const best = bestOrdering(facts);
  const reported = reportedOrdering(facts);
  const model = facts.files.find(({ name }) => name === 'model.onnx');
  const [opinion] = facts.opinions;
  const own = opinion?.result.measures.find(({ kind }) => kind === 'model');
  const seen = facts.model && opinionsSeen(facts.model);
  const figures: (readonly [string, string])[] = [
    ...(seen === undefined ? [] : [['Not label-free', seen] as const]),
    ...(best?.opinionSrcc === undefined ? [] : [['SRCC with opinions, validation images', rounded(best.opinionSrcc, 3)] as const]),
    ['Severity levels in order', percent(reported?.ordered)],
    ['SRCC with severity (−1 is perfect)', rounded(reported?.srcc, 3)],
    ['Steps', `${doneSteps(facts)} of ${facts.options.steps}`],
    ['Time of all steps', formatDuration(stepTime(facts))],
    ['Exported model', model ? formatBytes(model.bytes) : 'none yet'],
    ...(opinion && own ? [[`SRCC with opinion, ${opinion.result.opinion.name}`, rounded(own.srcc.value, 3)] as const] : []),
  ];
  return html`<dl class="figures">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function trainingSection(facts: RunFacts): Markup {
  const charts = trainingCharts([facts]);
  const content =
    charts.length === 0
      ? html`<p>No step has been done yet.</p>`
      : html`<p>Steps are smoothed, with their values drawn faintly behind; held-out crops are measured every ${String(facts.options.evaluateEvery)} steps.</p>
<div class="charts">${charts.map(svg)}</div>
${details('As a table', stepTable(facts))}`;
  return html`<section id="training"><h2>Training</h2>\n${content}</section>\n`;
}

/** The state at every evaluation; what happened between two of them is in the charts and in metrics.jsonl. */
function stepTable(facts: RunFacts): Markup {
  const losses = new Map(smoothCurve(facts.steps, 'loss'));
  const rates = new Map(facts.steps.map(({ step, learningRate }) => [step, learningRate]));
  return table(
    'At every evaluation',
    ['Step', { number: 'Loss, smoothed' }, { number: 'Levels in order' }, { number: 'SRCC' }, { number: 'Learning rate' }],
    orderings(facts).map(({ step, ordered, srcc }): Cell[] => [
      String(step),
      { number: rounded(losses.get(step), 4) },
      { number: percent(ordered) },
      { number: rounded(srcc, 3) },
      { number: significant(rates.get(step)) },
    ]),
  );
}
