/** `MODEL_CARD.md`: everything a person needs to know about an exported model before using it, from the facts in `model.json`. */

import { headKindOf } from '../heads/table.js';
import { formatBytes } from '../support/byte-size.js';
import { counted } from '../support/counted.js';
import { escapeMarkdown } from '../support/escape-markdown.js';
import type { HashedFile } from '../support/files/hash-files.js';
import { cardHead } from './card-head.js';
import { degradationsCard, type IndependentFigures } from './degradations/degradations-card.js';
import type { ModelDescription, TrainedOpinions } from './model-description.js';
import { opinionsSeen } from './opinions-seen.js';
import type { Parity } from './parity.js';
import type { PrecisionReport } from './precision/compare-precision.js';
import { differences } from './precision/precision-table.js';
import type { ReducedPrecision } from './precision/precisions.js';

/** A model's agreement with human opinion on one benchmark. */
export interface OpinionResult {
  readonly benchmark: string;
  readonly images: number;
  /** Spearman's rank correlation and its 95 % interval; null where it is not defined. */
  readonly srcc: { readonly value: number | null; readonly low: number | null; readonly high: number | null };
  /** Pearson's correlation after the logistic fit. */
  readonly plcc: number | null;
  /** The best baseline that needs no training, measured on the same images. */
  readonly baseline?: { readonly name: string; readonly srcc: number | null };
}

export interface ModelCardFacts {
  readonly description: ModelDescription;
  readonly parity: Parity;
  /** Those that belong to the model. */
  readonly files: readonly HashedFile[];
  /** Empty: it was not measured. */
  readonly opinions: readonly OpinionResult[];
  /** Figures of how well it says what is wrong with photographs that other programs distorted; absent where that was not measured. */
  readonly independent?: IndependentFigures;
}

/** Number of distortions named as the weakest. */
const named = 5;

/** Markdown. Everything from outside is shown as it is written. */
export function modelCard({ description, parity, files, opinions, independent }: ModelCardFacts): string {
  const { backbone, data, training, method, scale, evaluation, scorePercentiles, version, commit } = description;
  const head = headKindOf(description)?.card(description, scale);
  const trained = isTrained(training);
  const [architecture = ''] = backbone.split(':');
  const seen = opinionsSeen(description);
  const name = `${trained ? `${architecture} trained on ${description.trainedOpinions?.name ?? data.name}` : architecture}${seen === undefined ? '' : `, ${seen}`}`;
  const [pristine, strongest] = [scorePercentiles[0]!, scorePercentiles.at(-1)!];
  const bySkill = Object.entries(evaluation.perDistortion).sort(([, a], [, b]) => a.srcc - b.srcc);
  const source = description.trainedOpinions
    ? [`opinions: ${description.trainedOpinions.name}`]
    : [
        `${data.name}, ${counted(data.images, 'image')}`,
        ...(data.downscale === undefined || data.downscale === 1 ? [] : [`their sides divided by ${data.downscale}`]),
        ...(data.licence === undefined ? [] : [`licence: ${data.licence}`]),
        ...(data.homepage === undefined ? [] : [data.homepage]),
        ...(data.citation === undefined ? [] : [data.citation]),
      ];
  return `${cardHead(name)}

A model that scores the technical quality of one image: uint8 RGB pixels in, a score from 0 to 1 out, higher is better.
${originOf(description)}

|          |   |
| -------- | - |
| Method   | ${cell(method)} |
| Backbone | ${cell(backbone)} |
${weightsRow(description)}${head === undefined ? '' : `| ${head.title.padEnd(8)} | ${cell(head.description)} |\n`}${trained ? `| Data     | ${cell(source.join('; '))} |\n` : ''}| Training | ${trainingOf(training)} |
${description.precision === undefined ? '' : `| Precision | ${precisionMeaning[description.precision]} |\n`}${head === undefined ? '' : `| Score    | ${head.score} |\n`}| Made by  | Antonym ${cell(version)}${commit === undefined ? '' : `, commit ${cell(commit)}`} |

## Use

${sizes(description)}

\`\`\`python
import os
os.environ['ORT_DISABLE_TELEMETRY'] = '1'  # before onnxruntime is imported, or it reports to its maker
import numpy, onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession('model.onnx')
${scoring(description)}
\`\`\`

In Node.js, \`antonym score --model model.onnx PHOTO...\` reads pictures of any kind and splits large ones.
${embeddingOf(description)}
## What it was measured on

${heldOutOf(description)}: it puts **${(evaluation.ordered * 100).toFixed(1)} %** of all pairs of severity levels in the right order, and the mean
rank correlation (SRCC) of score and severity is **${evaluation.srcc.toFixed(3)}**; -1 is perfect. The median score of a pristine crop is ${pristine.p50.toFixed(3)}, at the
strongest level ${strongest.p50.toFixed(3)}. The ${parity.reduced ? 'float32' : 'exported'} file was compared with the model under training on ${parity.crops} crops: scores differ by at most
${parity.largestDifference.score.toExponential(1)}.${howChosen(description)}
${parity.reduced ? `\n${precisionOf(parity.reduced)}` : ''}
| Distortion | Levels in order | SRCC |
| ---------- | --------------: | ---: |
${bySkill.map(([distortion, { ordered, srcc }]) => `| ${cell(distortion)} | ${(ordered * 100).toFixed(1)} % | ${srcc.toFixed(3)} |`).join('\n')}
${degradationsCard(description, independent)}
### Agreement with human opinion

${opinionsOf(opinions, seen !== undefined)}

## Limits

- Weakest on ${bySkill
    .slice(-named)
    .reverse()
    .map(([distortion, { srcc }]) => `${escapeMarkdown(distortion)} (SRCC ${srcc.toFixed(2)})`)
    .join(', ')}.
- ${opinions.length === 0 ? 'Ordering distortions of one image is not the same as ordering different photographs as people would: that was not measured.' : 'Scores order images; they are no opinion scores and not comparable with those of other models.'}
${head?.limit === undefined ? '' : `- ${head.limit}\n`}- It judges distortions such as blur, noise and compression, not content, composition or taste.
- Whoever uses or passes on the model should look at the terms of its weights and of the images it was trained on, above.

## Files

| File | Size | SHA-256 |
| ---- | ---: | ------- |
${[...files]
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map(({ name: file, bytes, sha256 }) => `| ${cell(file)} | ${formatBytes(bytes)} | \`${sha256}\` |`)
  .join('\n')}
`;
}

/** The sentence that says what chose the checkpoint, and so whether the figures on held-out crops are a little too good. */
function howChosen({ training, data: { choosing }, trainedOpinions }: ModelDescription): string {
  if (training.step === 0) return '';
  const noSky = 'Crops without texture, such as sky, are not among them.';
  if (choosing !== undefined) {
    const photographs = choosing === 1 ? 'Another photograph' : `${choosing} other photographs`;
    return ` ${photographs} chose the checkpoint and the scale of the score. ${noSky}`;
  }
  if (trainedOpinions) return ` ${noSky}`;
  return (
    ' The checkpoint was chosen among evaluations on these crops, and the scale of the score was fitted to them: on other photographs, expect a\n' +
    `little less (\`antonym evaluate sensitivity --data FOLDER\` measures it). ${noSky}`
  );
}

function isTrained({ step, samples }: ModelDescription['training']): boolean {
  return step > 0 || samples !== undefined;
}

/** The origin of the weights and their terms, as far as they are known. */
function weightsRow({ weights, training }: ModelDescription): string {
  if (!weights) return '';
  const { source, sha256, licence, bindsDerivatives } = weights;
  const terms =
    licence === undefined
      ? 'licence not known to this program: it is that of whoever made them'
      : `licence: ${licence}${bindsDerivatives === true ? ', which holds for what is made of them, too' : ''}`;
  const verb = isTrained(training) ? 'started from ' : '';
  return `| Weights  | ${cell(`${verb}${source}${sha256 === undefined ? '' : `, SHA-256 ${sha256}`}; ${terms}`)} |\n`;
}

function originOf({ weights, training: { step, levels, samples }, trainedOpinions }: ModelDescription): string {
  if (trainedOpinions) return opinionOriginOf(trainedOpinions);
  if (samples !== undefined) return 'It was fitted without any human opinion, to how far degraded crops are from their pristine ones.';
  if (step === 0) return `It was not trained by this program: the weights are ${weights ? 'as they were given' : 'random'}.`;
  return `It was trained without any human opinion, to rank ${levels} severity levels of distortions of the same photograph.`;
}

function opinionOriginOf({ name, images, range, direction }: TrainedOpinions): string {
  const lines = [`**This model saw opinions of people and is not label-free:** ${escapeMarkdown(name)}.`];
  if (images)
    lines.push(
      `It was trained with ${images.training} rated images and chosen with ${counted(images.validation, 'other')}; ${images.test} ${images.test === 1 ? 'was' : 'were'} kept for the test.`,
    );
  if (range)
    lines.push(
      `Its output \`opinion\` is on their scale, from ${range[0]} (worst) to ${range[1]} (best)${direction ? `, ${direction}` : ''}.`,
    );
  return lines.join('\n');
}

function trainingOf({ step, steps, crop, seed, samples, precision, tune }: ModelDescription['training']): string {
  if (samples !== undefined) return `fitted to ${samples} crops, seed ${seed}`;
  const mixed = precision === undefined ? '' : ', in mixed precision (products in half precision, weights in float32)';
  return step === 0
    ? 'none'
    : `step ${step} of ${steps}, crops of ${crop} pixels, seed ${seed}${mixed}${tune === undefined ? '' : tunedParts[tune]}`;
}

const tunedParts = {
  lora: "; of the encoder only changes of low rank of the attention's queries and keys (LoRA), which the weights contain",
  head: '; the head only: the encoder is as it was',
} as const;

const precisionMeaning: Readonly<Record<ReducedPrecision, string>> = {
  fp16: 'fp16: weights and most of the computing in half precision; preparation of pixels, sums, exponentials and the score in float32',
  int8: 'int8: weights in 8 bits, one scale for each output channel; computing in float32',
};

function precisionOf(report: PrecisionReport): string {
  const rows = report.files.map(
    ({ precision, bytes, imagesPerSecond }) => `| ${precision} | ${formatBytes(bytes)} | ${imagesPerSecond.toPrecision(3)} |`,
  );
  return `### Precision

${escapeMarkdown(differences(report))}.

| Precision | File | Images/s on the CPU |
| --------- | ---: | ------------------: |
${rows.join('\n')}
`;
}

/** Python, from the session to the score. */
function scoring({ crops }: ModelDescription): string {
  if (!crops)
    return `pixels = numpy.asarray(Image.open('photo.jpg').convert('RGB'))[None]  # uint8 [1, height, width, 3]
[score] = session.run(['score'], {'image': pixels})[0]`;
  return `pixels = numpy.asarray(Image.open('photo.jpg').convert('RGB'))  # uint8 [height, width, 3]
side, stride, (height, width, _) = ${crops.side}, ${crops.stride}, pixels.shape
places = [(top, left) for top in range(0, height - side + 1, stride) for left in range(0, width - side + 1, stride)]
crops = [pixels[top : top + side, left : left + side] for top, left in places] + [pixels]
score = numpy.mean([session.run(['score'], {'image': crop[None]})[0] for crop in crops])`;
}

function embeddingOf({ embedding }: ModelDescription): string {
  if (embedding === undefined) return '';
  const { output, size } = embedding;
  return `\nA further output, \`${output}\` (float32, \`[batch, ${size}]\`), is what the image encoder makes of an image, not normalized.\n`;
}

function sizes({ size, largeImages, crops, training }: ModelDescription): string {
  if (crops)
    return (
      `Images of any shape, from ${size.minimumSide} pixels on each side: the score is the mean over squares of ${crops.side} pixels, one every ${crops.stride} from the top ` +
      `left corner on (what remains at the right and the bottom is not seen),\nand over the whole image, which the file itself makes a square of ${crops.side} without ` +
      'smoothing. Of an image with a smaller side, it is that of the whole alone.'
    );
  const { minimumSide, recommendedSide, fixedSide, sideMultiple } = size;
  if (fixedSide !== undefined)
    return `It takes squares of ${fixedSide} pixels only; larger images are covered with them and their scores averaged.`;
  const reliable = isTrained(training)
    ? `from ${recommendedSide} on scores are as reliable as in training`
    : `crops of ${recommendedSide} are what it was measured on, below`;
  return (
    `Images of any shape, from ${minimumSide} pixels on each side; ${reliable}. Do not resize: that hides noise and ` +
    `blur. The file itself does not check sizes: it gives a number for one pixel, too.\n` +
    `\`antonym score\` splits images of more than ${(largeImages.maximumPixels / 1e6).toFixed(1)} megapixels into equal tiles and averages their scores, to bound memory. The score of the whole ` +
    'picture at once, which\nprograms of papers print, may differ: `antonym score --max-pixels 100000000`, or `maximumPixels` of `loadModel`, gives it.' +
    (sideMultiple === undefined ? '' : `\nSides are multiples of ${sideMultiple} pixels: leave out what remains at the borders.`)
  );
}

function heldOutOf({ data: { heldOut, name, unknownBefore }, training }: ModelDescription): string {
  const images = `On distorted crops of ${counted(heldOut, 'image')} of ${escapeMarkdown(name)}`;
  if (!isTrained(training)) return images;
  if (unknownBefore === undefined) return `${images} that training never saw`;
  return `${images} that this training never saw (what ${escapeMarkdown(unknownBefore.join(' and '))} was trained on is not recorded)`;
}

function opinionsOf(opinions: readonly OpinionResult[], sawOpinions: boolean): string {
  if (opinions.length === 0) return 'Not measured. `antonym evaluate opinion NAME --model FILE` does.';
  const number = (value: number | null): string => (value === null ? '-' : value.toFixed(3));
  const rows = opinions.map(
    ({ benchmark, images, srcc, plcc, baseline }) =>
      `| ${cell(benchmark)} | ${images} | ${number(srcc.value)} (${number(srcc.low)} to ${number(srcc.high)}) | ${number(plcc)} | ` +
      `${baseline ? `${number(baseline.srcc)} (${cell(baseline.name)})` : ''} |`,
  );
  return `${sawOpinions ? 'Measured on images that training did not see.' : 'Opinions were used for measuring only.'}

| Benchmark | Images | SRCC (95 % interval) | PLCC | SRCC of the baseline |
| --------- | -----: | -------------------- | ---: | -------------------- |
${rows.join('\n')}`;
}

/** The same in a table; links of http stay such. */
function cell(text: string): string {
  return escapeMarkdown(text).trim();
}
