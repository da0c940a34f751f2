/** Pictures of a model's training data and of its judgements. */

import { join } from 'node:path';
import type { HeldOutScores } from '../export/held-out-scores.js';
import { counted } from '../support/counted.js';
import { html, type Markup } from './markup.js';
import { percent, rounded } from './numbers.js';
import { pictureUri } from './picture-uri.js';
import type { RunFacts } from './run-facts.js';

/** The photographs of the first step, distorted. */
export async function previewSection({ previews }: RunFacts): Promise<Markup> {
  const figures: Markup[] = [];
  for (const path of previews.slice(0, 2)) {
    const picture = await pictureUri(path);
    if (picture === undefined) continue;
    const { uri, width, height, isPart } = picture;
    figures.push(html`<figure class="wide"><img alt="Crops of photographs, distorted at growing levels from left to right" width="${width}" height="${height}" src="${uri}">
<figcaption>${isPart ? 'The upper part of ' : ''}<code>${path}</code></figcaption></figure>`);
  }
  return html`<section id="trained-on"><h2>What it was trained on</h2>
<p>Two overlapping crops of each photograph of the first step: pristine on the left, then the same distortions at growing strength.</p>
${figures.length === 0 ? html`<p>No preview was saved: the first step has not been made yet.</p>` : figures}</section>
`;
}

/** Crops that it never saw, where scores are extreme, and where the order of levels is right and wrong. */
export async function extremesSection({ heldOut, folder: run }: RunFacts): Promise<Markup> {
  if (heldOut === undefined) {
    return html`<section id="extremes"><h2>Best and worst</h2><p>Pictures of the best and the worst are made when a model is exported, such as by <code>antonym export --run ${run.name}</code>; this run has none yet.</p></section>\n`;
  }
  const { folder, result } = heldOut;
  const crops = async (items: HeldOutScores['highest']): Promise<Markup> =>
    html`<div class="crops">${await Promise.all(items.map((item) => cropFigure(folder, item)))}</div>`;
  const strips = async (items: HeldOutScores['inOrder']): Promise<Markup> =>
    html`<div class="strips">${await Promise.all(items.map((item) => stripFigure(folder, item)))}</div>`;
  return html`<section id="extremes"><h2>Best and worst</h2>
<p>Crops (${result.crop}x${result.crop} pixels) of ${counted(result.images, 'photograph')} that training never saw: at most one of each photograph, or of each distortion. Higher scores are better.</p>
<h3>Highest scores</h3>${await crops(result.highest)}
<h3>Lowest scores</h3>${await crops(result.lowest)}
<h3>Ranked best: the score falls with the level, as it should</h3>${await strips(result.inOrder)}
<h3>Ranked worst: the score does not follow the level</h3>${await strips(result.outOfOrder)}</section>
`;
}

async function cropFigure(folder: string, { file, image, distortion, level, score }: HeldOutScores['highest'][number]): Promise<Markup> {
  const what = level === 0 ? 'pristine' : `${distortion}, level ${level}`;
  return html`<figure>${await img(folder, file, `${image}, ${what}`)}<figcaption><b>${rounded(score, 3)}</b> ${what}<br><span class="quiet">${image}</span></figcaption></figure>`;
}

async function stripFigure(
  folder: string,
  { file, image, distortion, scores, ordered }: HeldOutScores['inOrder'][number],
): Promise<Markup> {
  return html`<figure class="strip"><div>${await img(folder, file, `${image} under ${distortion}, from pristine to level ${scores.length - 1}`)}
<div class="levels">${scores.map((score) => html`<span>${rounded(score, 3)}</span>`)}</div></div>
<figcaption><b>${distortion}</b>, ${percent(ordered, 0)} of level pairs in order <span class="quiet">${image}</span></figcaption></figure>`;
}

async function img(folder: string, file: string, alt: string): Promise<Markup> {
  const picture = /^[\w.-]+$/.test(file) ? await pictureUri(join(folder, file)) : undefined;
  if (picture === undefined) return html`<span class="quiet">(no picture)</span>`;
  return html`<img alt="${alt}" width="${picture.width}" height="${picture.height}" src="${picture.uri}">`;
}
