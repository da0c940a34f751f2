/** Measured results: the distortions that a model sees, and its agreement with people. */

import { join } from 'node:path';
import type { Evaluation } from '../evaluate/evaluation.js';
import { counted } from '../support/counted.js';
import { type Cell, details, html, type Markup, svg, table } from './markup.js';
import { percent, rounded } from './numbers.js';
import { chartUri, pictureUri } from './picture-uri.js';
import type { Found, RunFacts } from './run-facts.js';
import { bestOrdering } from './run-metrics.js';
import { type SeverityCurves, severityCharts } from './severity-charts.js';

/** Severity curves of the exported model on held-out crops, and of sensitivity where that was measured. */
export function severitySection(facts: RunFacts): Markup {
  const { heldOut, sensitivities } = facts;
  const parts: Markup[] = [];
  if (heldOut) {
    const { images, crop, distortions } = heldOut.result;
    parts.push(
      html`<p>Mean score of held-out crops (${counted(images, 'photograph')}, ${crop}x${crop} pixels) at severity 0, pristine, to ${heldOut.result.levels}; the area is the middle half of the crops.
A line that falls without a stop is what training asks for: SRCC −1.</p>`,
      panels([{ name: facts.name, distortions }]),
      details('As a table', severityTable({ name: facts.name, distortions })),
    );
  } else {
    parts.push(html`<p>Curves of score against severity are measured when the model is exported; this run has none yet.</p>`);
    const best = bestOrdering(facts);
    if (best) parts.push(orderingTable(best.step, best.perDistortion));
  }
  for (const { result } of sensitivities) {
    const own = result.measures.find(({ run }) => run === facts.name) ?? result.measures.find(({ kind }) => kind === 'model');
    if (own === undefined) continue;
    parts.push(
      html`<h3>Sensitivity on ${result.data.name}</h3>
<p>Mean score of ${result.data.images} whole images at every severity; the area is their middle half. ${percent(own.ordered)} of level pairs in order, SRCC ${rounded(own.srcc, 3)};
scores of two overlapping crops differ by ${rounded(own.cropDifference, 3)} in the mean.</p>`,
      panels([own]),
      details('As a table', severityTable(own)),
    );
  }
  return html`<section id="severity"><h2>What it has learned</h2>\n${parts}</section>\n`;
}

/** A grid of small charts that fits any width. */
export function panels(models: readonly SeverityCurves[]): Markup {
  return html`<div class="panels">${severityCharts(models).map(svg)}</div>`;
}

function severityTable({ name, distortions }: SeverityCurves): Markup {
  const levels = distortions[0]?.levels.map(({ level }) => level) ?? [];
  return table(
    `Mean score of ${name} by distortion and level`,
    [
      'Distortion',
      'Group',
      { number: 'In order' },
      { number: 'SRCC' },
      ...levels.map((level) => ({ number: level === 0 ? 'Pristine' : `Level ${level}` })),
    ],
    distortions.map(({ name: distortion, group, ordered, srcc, levels: own }): Cell[] => [
      distortion,
      group,
      { number: percent(ordered) },
      { number: rounded(srcc, 3) },
      ...own.map(({ mean }) => ({ number: rounded(mean, 3) })),
    ]),
  );
}

function orderingTable(step: number, perDistortion: Readonly<Record<string, { readonly ordered: number; readonly srcc: number }>>): Markup {
  return table(
    `Held-out ordering by distortion at step ${step}`,
    ['Distortion', { number: 'In order' }, { number: 'SRCC' }],
    Object.entries(perDistortion).map(([name, { ordered, srcc }]): Cell[] => [
      name,
      { number: percent(ordered) },
      { number: rounded(srcc, 3) },
    ]),
  );
}

/** Agreement with human opinion on every benchmark that it was measured on. */
export async function opinionSection({ opinions }: RunFacts): Promise<Markup> {
  const parts: Markup[] = [];
  for (const found of opinions) parts.push(await benchmark(found));
  if (parts.length === 0) {
    parts.push(
      html`<p>Not measured. <code>antonym evaluate opinion NAME --model RUN</code> does; opinions are never used for training.</p>`,
    );
  }
  return html`<section id="opinion"><h2>Agreement with human opinion</h2>\n${parts}</section>\n`;
}

async function benchmark({ folder, result }: Found<Evaluation>): Promise<Markup> {
  const { opinion, measures, bootstrap } = result;
  const figures: Markup[] = [];
  for (const { name, kind, files } of measures) {
    if (kind !== 'model') continue;
    const scatter = await chartUri(folder, files.scatterSvg);
    if (scatter)
      figures.push(
        html`<figure><img alt="Scores of ${name} against opinions, with the fitted curve" src="${scatter}"><figcaption>${name}</figcaption></figure>`,
      );
    const misjudged = /^[\w.-]+$/.test(files.misjudgedPng) ? await pictureUri(join(folder, files.misjudgedPng)) : undefined;
    if (misjudged) {
      figures.push(
        html`<figure class="wide"><img alt="Images that ${name} rates too high and too low" width="${misjudged.width}" height="${misjudged.height}" src="${misjudged.uri}">
<figcaption>${name}: the most over- and underrated${misjudged.isPart ? ', in part' : ''}</figcaption></figure>`,
      );
    }
  }
  const share = Math.round(bootstrap.confidence * 100);
  return html`<h3>${opinion.name}</h3>
<p>${counted(opinion.images, 'image')}; ${opinion.direction} in its opinions. In brackets, ${share} % intervals of ${bootstrap.resamples} bootstrap resamples.${
    opinion.missing.length > 0
      ? ` ${counted(opinion.missing.length, 'image with an opinion was', 'images with an opinion were')} not there.`
      : ''
  }${opinion.citation === undefined ? '' : ` ${opinion.citation}`}</p>
${opinionTable(result)}
<div class="charts">${figures}</div>
`;
}

function opinionTable({ opinion, measures }: Evaluation): Markup {
  const estimate = ({ value, low, high }: Evaluation['measures'][number]['srcc'], decimals = 3): Cell => ({
    number: `${rounded(value, decimals)} (${rounded(low, decimals)} to ${rounded(high, decimals)})`,
  });
  return table(
    `Agreement with the opinions of ${opinion.name}`,
    ['Model', { number: 'SRCC' }, { number: 'KRCC' }, { number: 'PLCC' }, { number: 'RMSE' }],
    measures.map(({ name, kind, srcc, krcc, plcc, rmse }): Cell[] => [
      kind === 'baseline' ? `${name} (baseline)` : name,
      estimate(srcc),
      estimate(krcc),
      estimate(plcc),
      estimate(rmse, 2),
    ]),
  );
}
