/** Models against the opinions of a benchmark, the baseline beside them. */

import { originOf } from '../datasets/dataset-file.js';
import type { Image } from '../images/image.js';
import type { Model } from '../score/model.js';
import { type LogisticCurve, logistic } from '../statistics/logistic-fit.js';
import { mean } from '../statistics/mean.js';
import { describeEnvironment } from '../support/environment.js';
import { UserError } from '../support/errors.js';
import { digestOfFile } from '../support/files/file-digest.js';
import { type Bootstrap, measureAgreement } from './agreement.js';
import type { Evaluation } from './evaluation.js';
import { encodingHint, type MatchedImages, matchImages, type RatedFile } from './match-images.js';
import type { MeasuredImages } from './measured-parts.js';
import type { Opinions } from './opinions.js';
import { paperFigures, squareBicubic } from './paper-protocol.js';
import { collectScores, type ImageMeasure, scoreImages } from './score-images.js';
import { baselineName, logLaplacianVariance } from './sharpness-baseline.js';

/** An open exported model with its name. */
export interface NamedModel {
  /** Unique among those evaluated together. */
  readonly name: string;
  readonly run?: string;
  /** SHA-256 of its ONNX file. */
  readonly sha256: string;
  /** The hashes of the images that a model saw opinions of. */
  readonly seen?: ReadonlySet<string>;
  readonly model: Model;
}

/** Events of the evaluation, for progress displays. */
export interface EvaluationWatch {
  readonly onMatched?: (matched: MatchedImages) => void;
  readonly onImage?: (done: number, total: number) => void;
  readonly onResample?: (done: number, total: number) => void;
}

/** The measures of an evaluation without their pictures, and the data that these are drawn from. */
export interface EvaluatedOpinion {
  /** All but the names of files, which are those of `write-evaluation`. */
  readonly evaluation: Omit<Evaluation, 'files' | 'measures'> & {
    readonly measures: readonly Omit<Evaluation['measures'][number], 'files'>[];
  };
  readonly images: readonly RatedFile[];
  /** For each measure, the scores of these images. */
  readonly scores: readonly (readonly number[])[];
}

export interface EvaluationChoices {
  /** Figures of fewer than nine of ten images are wanted, too; default: false. */
  readonly allowMissing?: boolean;
  /** `paper`: images are resized as MA-CLIP's authors do, and their figures stand beside ours; default: `own`. */
  readonly protocol?: 'own' | 'paper';
  /** Scores of before, of a list in parts; default: the images are scored. */
  readonly measured?: MeasuredImages;
}

/** The measures of a picture: each model, in the order given, then the baseline. */
export function measuresOf(models: readonly NamedModel[]): readonly ImageMeasure[] {
  return [...models.map(({ model }) => model), { score: logLaplacianVariance }];
}

/** A protocol's preparation of an image before it is scored; undefined where it stays as it is. @param side `Opinions.paperSide` */
export function preparationOf(
  protocol: 'own' | 'paper',
  side: number | undefined,
): { side: number; prepare: (image: Image) => Image } | undefined {
  return protocol === 'paper' && side !== undefined ? { side, prepare: (image) => squareBicubic(image, side) } : undefined;
}

/** Number of images named at either end. */
const misjudgedCount = 8;

/**
 * Scores all images that have an opinion, and measures how the scores agree with it.
 * @throws UserError when the images are not there, or more than a tenth of them is lost.
 */
export async function evaluateOpinion(
  opinions: Opinions,
  models: readonly NamedModel[],
  bootstrap: Bootstrap,
  watch: EvaluationWatch = {},
  { allowMissing = false, protocol = 'own', measured }: EvaluationChoices = {},
): Promise<EvaluatedOpinion> {
  const matched = await matchImages(opinions.folder, opinions.rated, opinions.tableFolder, measured && [...measured.keys()]);
  watch.onMatched?.(matched);
  await requireUnseen(models, matched.found, measured);
  const total = matched.found.length + matched.missing.length;
  if (!allowMissing) requireMost(total, matched.missing, 'not there');
  const measures = measuresOf(models);
  const { paperSide } = opinions;
  const isPaper = protocol === 'paper';
  const { images, scores, unusable } = measured
    ? await collectScores(
        matched.found,
        measures.length,
        matched.found.map(({ path }) => measured.get(path)!.scores),
      )
    : await scoreImages(matched.found, measures, watch.onImage, preparationOf(protocol, paperSide)?.prepare);
  if (!allowMissing) requireMost(total, [...matched.missing, ...unusable.map(({ image }) => image)], 'not there or cannot be scored');
  // Turned so that higher is better: a good model has a positive correlation on every benchmark.
  const sign = opinions.direction === 'higher is better' ? 1 : -1;
  const published = images.map(({ opinion }) => opinion);
  const turned = published.map((opinion) => sign * opinion);
  const { agreements, comparisons } = await measureAgreement(turned, scores, bootstrap, (done) => {
    watch.onResample?.(done, bootstrap.resamples);
    // Progress and Ctrl-C get a turn.
    return new Promise((resolve) => setImmediate(resolve));
  });
  const named = [
    ...models.map(({ name, run, sha256 }) => ({ name, kind: 'model' as const, ...(run && { run }), sha256 })),
    { name: baselineName, kind: 'baseline' as const },
  ];
  const { antonym, commit } = await describeEnvironment();
  const { name, direction, range } = opinions;
  return {
    evaluation: {
      format: 'antonym-evaluation-1',
      opinion: {
        name,
        direction,
        ...(range && { range: [...range] as [number, number] }),
        ...originOf(opinions),
        ...(isPaper && { protocol: { name: 'MA-CLIP (arXiv 2511.09948)' as const, ...(paperSide !== undefined && { side: paperSide }) } }),
        images: images.length,
        missing: [...matched.missing],
        withoutOpinion: [...matched.withoutOpinion],
        ...(Object.keys(matched.leftOut.files).length > 0 && { leftOut: matched.leftOut.files }),
        unusable: [...unusable],
        ...ratersOf(images),
      },
      bootstrap,
      measures: named.map((about, index) => {
        const { curve, ...statistics } = agreements[index]!;
        const fit = curve && { ...curve, lower: sign * curve.lower, upper: sign * curve.upper };
        const paper = isPaper && { paper: paperFigures(scores[index]!, published) };
        return { ...about, ...statistics, ...paper, fit: fit ?? null, ...misjudged(images, scores[index]!, fit, sign) };
      }),
      comparisons: comparisons.map(({ first, second, ...differences }) => ({
        first: named[first]!.name,
        second: named[second]!.name,
        ...differences,
      })),
      version: antonym,
      ...(commit && { commit }),
    },
    images,
    scores,
  };
}

/** Number of images that have several opinions, and the spread of these. */
function ratersOf(images: readonly RatedFile[]): { raters?: { images: number; spread: number } } {
  const spreads = images.flatMap(({ spread }) => spread ?? []);
  if (spreads.length === 0) return {};
  return { raters: { images: spreads.length, spread: mean(spreads) } };
}

/** The share of images that may be lost: figures of the rest would be of another set. */
const mostLost = 0.1;

/** @throws UserError when a model saw opinions of some of the images. */
async function requireUnseen(models: readonly NamedModel[], files: readonly RatedFile[], measured?: MeasuredImages): Promise<void> {
  if (models.every(({ seen }) => seen === undefined)) return;
  const hashes: string[] = [];
  for (const { path } of files) hashes.push(measured?.get(path)?.sha256 ?? (await digestOfFile(path)));
  for (const { name, seen, model } of models) {
    const count = hashes.filter((hash) => seen?.has(hash)).length;
    const how = model.description.opinion ? 'calibrated on' : 'trained on or chosen by';
    if (count > 0)
      throw new UserError(
        `${count} of the ${files.length} images ${count === 1 ? 'is one of those' : 'are those'} that ${name} was ${how}: figures on them would be too good. Evaluate it on other images.`,
      );
  }
}

/** @throws UserError when more than a tenth of the images is lost. */
export function requireMost(total: number, lost: readonly string[], why: string): void {
  if (lost.length <= mostLost * total) return;
  throw new UserError(
    `${lost.length} of the ${total} images that have an opinion ${lost.length === 1 ? 'is' : 'are'} ${why}, for example ${lost[0]}: figures of the others would be of another set. Add --allow-missing to have them.${encodingHint(lost[0]!)}`,
  );
}

/** The images at either end of what the curve gets wrong. */
function misjudged(images: readonly RatedFile[], scores: readonly number[], fit: LogisticCurve | undefined, sign: number) {
  if (fit === undefined) return { overrated: [], underrated: [] };
  const judged = images.map(({ image, opinion }, index) => {
    const predicted = logistic(fit, scores[index]!);
    return { image, opinion, score: scores[index]!, predicted };
  });
  const excess = (item: (typeof judged)[number]): number => sign * (item.predicted - item.opinion);
  judged.sort((a, b) => excess(b) - excess(a) || (a.image < b.image ? -1 : 1));
  return {
    overrated: judged.filter((item) => excess(item) > 0).slice(0, misjudgedCount),
    underrated: judged
      .filter((item) => excess(item) < 0)
      .slice(-misjudgedCount)
      .reverse(),
  };
}
