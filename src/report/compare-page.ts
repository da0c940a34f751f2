/** The page of `antonym compare`: whether a change made pictures worse, by how much, which most, and what it saved. */

import { lineChart } from '../charts/line-chart.js';
import { scatterChart } from '../charts/scatter-chart.js';
import { mostChangedCrop } from '../compare/changed-crop.js';
import { type ComparedPair, type Interval, worstPairs } from '../compare/comparison.js';
import { type ComparedVariant, type ComparisonResult, verdictOf } from '../compare/comparison-result.js';
import { describeReasonChanges, strongestChange } from '../compare/reason-changes.js';
import { decodeImage } from '../images/decode-image.js';
import { nameOfGroup } from '../score/degradations.js';
import { extentOf } from '../statistics/extent.js';
import { formatBytes } from '../support/byte-size.js';
import { counted } from '../support/counted.js';
import { imageUri } from './image-uri.js';
import { type Cell, details, html, type Markup, svg, table } from './markup.js';
import { percent, rounded, significant } from './numbers.js';
import { page } from './page.js';
import { reportStyle } from './report-style.js';

/** Pairs shown of each variant. */
const shownPairs = 20;
/** Of these, with several variants, those that are seen at once: the others unfold. */
const seenAtOnce = 4;
/** Side of the crops, pixels. */
const cropSide = 240;

/** The page's text. Reads the files of the worst pairs again. */
export async function comparePage(result: ComparisonResult): Promise<string> {
  const { variants, before, model } = result;
  const one = variants.length === 1;
  const sections: Markup[] = [];
  for (const variant of variants) sections.push(await worstSection(variant, one));
  const why = variants.some(({ reasons }) => reasons) ? html`<a href="#why">Why</a>` : undefined;
  return page({
    title: `${before} and ${variants.map(({ name }) => name).join(', ')}`,
    style: `${reportStyle}\n.pair { display: inline-grid; grid-template-columns: repeat(2, auto); gap: 2px; } .pairs { display: flex; flex-wrap: wrap; gap: 1rem; }`,
    body: html`<header>
<h1>Before and after</h1>
${verdicts(variants)}</header>
<nav aria-label="Sections"><a href="#results">Results</a>${why}<a href="#charts">Charts</a><a href="#worst">Worst</a><a href="#files">Files</a></nav>
<main>
${resultsSection(result)}${reasonsSection(variants)}${chartsSection(result)}<section id="worst"><h2>What lost most</h2>
<p>Crops of ${cropSide}x${cropSide} pixels at full resolution, where the two files differ most: before on the left, after on the right.</p>
${sections}</section>
${filesSection(result)}</main>
<footer>Scores of ${model.name}, 0 to 1, higher is better. Intervals are percentile bootstrap intervals (${result.bootstrap.resamples} resamples); p is that of Wilcoxon's signed-rank test.</footer>`,
  });
}

/** One verdict in full; of several variants, those that fail a limit. */
function verdicts(variants: readonly ComparedVariant[]): Markup {
  const [first, ...more] = variants;
  if (more.length === 0) return html`<p class="${first!.limit?.failed ? 'problem' : ''}">${verdictOf(first!)}</p>\n`;
  const failed = variants.filter(({ limit }) => limit?.failed);
  return html`<p>${variants.length} variants of ${counted(first!.summary.pairs, 'picture')}.</p>
${failed.map((variant) => html`<p class="problem"><b>${variant.name}</b>: ${verdictOf(variant)}</p>\n`)}`;
}

function resultsSection({ variants }: ComparisonResult): Markup {
  const rows = variants.map(({ name, summary, bitsPerPixel }): Cell[] => {
    const { before, after, mean, median, worse, p, bytes, pairs } = summary;
    const interval = withInterval(mean);
    const size = `${formatBytes(bytes.after)} (${percent(bytes.after / bytes.before, 0)})`;
    return [
      name,
      ...[String(pairs), rounded(before, 4), rounded(after, 4), interval, withInterval(median), percent(worse, 0), significant(p, 2)].map(
        (number) => ({ number }),
      ),
      { number: size },
      { number: rounded(bitsPerPixel, 3) },
    ];
  });
  const headings = ['Pictures', 'Before', 'After', 'Mean difference', 'Median', 'Worse', 'p', 'Size', 'Bits per pixel'];
  return html`<section id="results"><h2>Results</h2>
${table('Mean scores, their differences, and file sizes beside those before', ['', ...headings.map((number) => ({ number }))], rows)}</section>
`;
}

function withInterval({ value, low, high }: Interval, decimals = 4): string {
  return `${rounded(value, decimals)} (${rounded(low, decimals)} to ${rounded(high, decimals)})`;
}

/** A table of how much stronger each group of distortions became, where that was asked for. */
function reasonsSection(variants: readonly ComparedVariant[]): Markup | undefined {
  const parts = variants.map(({ name, reasons }) => {
    if (reasons === undefined) return undefined;
    const rows = reasons.map(({ group, before, after, difference, reported }): Cell[] => [
      nameOfGroup(group),
      ...[rounded(before, 2), rounded(after, 2), withInterval(difference, 2), `${reported.before} to ${reported.after}`].map((number) => ({
        number,
      })),
    ]);
    const headings = ['Before', 'After', 'Difference', 'Pictures that have it'].map((number) => ({ number }));
    const caption = `${name}: mean strength of each group of distortions, 0 to 1`;
    return html`<p>${describeReasonChanges(reasons)}</p>${table(caption, ['', ...headings], rows)}`;
  });
  if (parts.every((part) => part === undefined)) return undefined;
  return html`<section id="why"><h2>Why</h2>
${parts}</section>
`;
}

function chartsSection({ variants }: ComparisonResult): Markup {
  const scatter = scatterChart({
    title: 'Scores of each picture',
    description: 'Scores before and after the change; points below the line lost.',
    x: { label: 'before' },
    y: { label: 'after' },
    groups: variants.map(({ name, pairs }) => ({ name, points: pairs.map(({ before, after }) => [before.score, after.score] as const) })),
    curve: { name: 'no change', points: diagonal(variants) },
  });
  const series = [...new Set(variants.map((variant) => variant.series))].map((name) => ({
    name,
    points: variants
      .filter((variant) => variant.series === name)
      .map(({ bitsPerPixel, summary }) => [bitsPerPixel, summary.after] as const)
      .sort(([a], [b]) => a - b),
  }));
  const rate = lineChart({
    title: 'Rate and quality',
    description: 'Mean score against bits per pixel of the files.',
    x: { label: 'bits per pixel' },
    y: { label: 'mean score' },
    series,
    marks: true,
  });
  return html`<section id="charts"><h2>Charts</h2>
<div class="charts">${svg(scatter)}${variants.length > 1 ? svg(rate) : undefined}</div></section>
`;
}

function diagonal(variants: readonly ComparedVariant[]): [number, number][] {
  const scores = variants.flatMap(({ pairs }) => pairs.flatMap(({ before, after }) => [before.score, after.score]));
  const [least, most] = extentOf(scores);
  return [
    [least, least],
    [most, most],
  ];
}

async function worstSection({ name, pairs }: ComparedVariant, one: boolean): Promise<Markup> {
  const figures: Markup[] = [];
  for (const pair of worstPairs(pairs, shownPairs)) figures.push(await pairFigure(pair));
  if (figures.length === 0) return html`${one ? undefined : html`<h3>${name}</h3>`}<p>No picture lost anything.</p>\n`;
  const block = (own: readonly Markup[]): Markup => html`<div class="pairs">${own}</div>`;
  if (one) return html`${block(figures)}\n`;
  const others = figures.slice(seenAtOnce);
  const folded = others.length === 0 ? undefined : details(`The next ${others.length}`, block(others));
  return html`<h3>${name}</h3>${block(figures.slice(0, seenAtOnce))}${folded}\n`;
}

async function pairFigure(pair: ComparedPair): Promise<Markup> {
  const { name, before, after, difference } = pair;
  const reason = strongestChange(pair);
  const crops = mostChangedCrop(await decodeImage(before.path), await decodeImage(after.path), cropSide);
  const picture = async (image: typeof crops.before, when: string): Promise<Markup> =>
    html`<img alt="${name}, ${when}" width="${image.width}" height="${image.height}" src="${await imageUri(image)}">`;
  return html`<figure><div class="pair">${await picture(crops.before, 'before')}${await picture(crops.after, 'after')}</div>
<figcaption><b>${rounded(difference, 4)}</b> (${rounded(before.score, 4)} to ${rounded(after.score, 4)}), ${formatBytes(before.bytes)} to ${formatBytes(after.bytes)}${reason === undefined ? undefined : `; ${reason}`}<br><span class="quiet">${name}</span></figcaption></figure>`;
}

function filesSection({ onlyBefore, onlyAfter, variants }: ComparisonResult): Markup {
  const list = (title: string, names: readonly string[]): Markup | undefined =>
    names.length === 0
      ? undefined
      : details(`${title}: ${names.length}`, html`<p>${names.map((name) => html`<code>${name}</code><br>`)}</p>`);
  const tables = variants.map(({ name, pairs, unusable, resized }) => {
    const rows = pairs.map(({ name: file, before, after, difference }): Cell[] => [
      file,
      ...[
        rounded(before.score, 4),
        rounded(after.score, 4),
        rounded(difference, 4),
        formatBytes(before.bytes),
        formatBytes(after.bytes),
      ].map((number) => ({ number })),
    ]);
    const headings = ['Before', 'After', 'Difference', 'Size before', 'Size after'].map((number) => ({ number }));
    return html`${details(`${name}: all ${counted(pairs.length, 'picture')}`, table('Every picture', ['File', ...headings], rows))}
${list(
  `${name}: not scored`,
  unusable.map(({ name: file, reason }) => `${file}: ${reason}`),
)}${list(`${name}: other sizes in pixels`, resized)}`;
  });
  return html`<section id="files"><h2>Files</h2>
${list('Only before', onlyBefore)}${list('Only after', onlyAfter)}${tables}</section>
`;
}
