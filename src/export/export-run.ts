/** From a run's best checkpoint to the files that users take away. */
import { dirname, join } from 'node:path';
import type { Graph } from '../graph/graph.js';
import { type OnnxPieces, onnxPieces } from '../graph/onnx-file.js';
import type { Head } from '../heads/head.js';
import { openMeasuredScorer } from '../heads/score-measured.js';
import { quantile } from '../statistics/quantile.js';
import { describeEnvironment, type Environment } from '../support/environment.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { hashFiles } from '../support/files/hash-files.js';
import type { HeldOutPair } from '../train/data/held-out.js';
import { evaluateOrdering } from '../train/evaluation.js';
import { cropsAtOnce } from '../train/graphs/crops-at-once.js';
import type { TrainingSetup } from '../train/training-setup.js';
import { type HeldOutFiles, heldOutScores } from './held-out-scores.js';
import type { Measurement } from './measurement.js';
import { modelCard, modelCardName } from './model-card.js';
import { type ModelDescription, toMetadata } from './model-description.js';
import { checkParity, type Parity, type ParityCrops } from './parity.js';
import { type ComparedImages, comparePrecision } from './precision/compare-precision.js';
import { type ReducedPrecision, reducePrecision } from './precision/precision.js';
import { requireOrder } from './precision/precision-table.js';
import { dataName, modelName, publishModel, writeModel } from './publish-model.js';
import { buildScoringModel } from './scoring-model.js';
import { seenOpinions, seenOpinionsName, trainedOpinionsOf } from './seen-opinions.js';

export interface ExportedModel {
  readonly folder: string;
  readonly model: string;
  readonly description: ModelDescription;
  readonly parity: Parity;
  /** Its scores of crops that training never saw. */
  readonly heldOut: HeldOutFiles;
}

/** Above this many pixels, `score` splits an image: bounds its memory at a few hundred MB. */
const maximumPixels = 2 ** 21;
/** Crops on which the exported file is compared with the model under training. */
const parityCrops = 96;

export interface ExportOptions {
  /** Scale of the score; default: fitted to the held-out crops. */
  readonly scale?: number | undefined;
  /** The reduced precision, if any; default: float32. */
  readonly reduction?: Reduction | undefined;
}

export interface Reduction {
  readonly precision: ReducedPrecision;
  /** Images on which it is compared with float32; default: held-out crops. */
  readonly images?: ComparedImages | undefined;
  /** True to write it however many pairs change their order. */
  readonly force: boolean;
}

/**
 * Writes `model.onnx`, `model.json`, `parity.json` and `MODEL_CARD.md`, each whole or not at all; weights of more than 2 GB lie in `model.onnx.data`.
 * @throws UserError when the exported file does not compute the measured values, a reduced precision changes the order of more than
 * 1 % of pairs, or a file cannot be written.
 */
export async function exportRun(
  measurement: Measurement,
  folder: string,
  { scale, reduction }: ExportOptions = {},
): Promise<ExportedModel> {
  const { setup, step, tensors, heldOut, measured, kernels, device } = measurement;
  const { crop } = setup.options;
  const { head } = setup.model;
  const { scale: usedScale, scores } = await scoreMeasured(head, measured, scale);
  const evaluation = evaluateOrdering(head, heldOut, measured, usedScale);
  const description: ModelDescription = {
    ...describe(measurement, usedScale, scores, evaluation, imagesOf(heldOut), await describeEnvironment()),
    ...(reduction && { precision: reduction.precision }),
  };
  const { opinions } = setup;
  const scoringModel = buildScoringModel(setup.model, tensors, usedScale, description.crops?.side, opinions?.range);
  const facts = { version: description.version, metadata: toMetadata(description) };
  const sample = sampleForParity(heldOut, measured, scores, crop, cropsAtOnce(setup.model, crop));
  const expected = { head, scale: usedScale, score: sample.scores, measured: sample.measured };
  try {
    const piecesOf = (graph: Graph): OnnxPieces => onnxPieces(graph, facts, { location: dataName });
    const reference = piecesOf(scoringModel.graph);
    const reducedModel = reduction && (await reducePrecision(scoringModel, reduction.precision));
    const pieces = reducedModel ? piecesOf(reducedModel.graph) : reference;
    const compared = reduction && (reduction.images ?? cropsToCompare(setup, sample.crops));
    const json = (name: string, value: unknown): Promise<void> =>
      writeFileAtomically(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
    const parity = await publishModel(
      folder,
      pieces,
      async (path) => {
        if (!reduction || !compared) return checkParity(path, sample.crops, expected, kernels, device);
        // the float32 file is proven as always, then the other is compared with it
        const float32 = await writeModel(join(dirname(path), 'float32'), reference);
        const parity = await checkParity(float32, sample.crops, expected, kernels, device);
        const files = [fileOf(float32, reference), fileOf(path, pieces)] as const;
        const elsewhere = reducedModel?.elsewhere && (await writeModel(join(dirname(path), 'elsewhere'), piecesOf(reducedModel.elsewhere)));
        const reduced = await comparePrecision(reduction.precision, files, compared, elsewhere);
        if (!reduction.force) requireOrder(reduced);
        return { ...parity, reduced };
      },
      async (proof) => {
        // before the description: a model that saw opinions never lies there without them
        if (opinions) await json(seenOpinionsName, seenOpinions(opinions));
        await json('model.json', description);
        await json('parity.json', proof);
      },
    );
    const files = (await hashFiles(folder)).filter(({ name }) => name !== modelCardName);
    await writeFileAtomically(join(folder, modelCardName), modelCard({ description, parity, files, opinions: [] }));
    return {
      folder,
      model: join(folder, modelName),
      description,
      parity,
      heldOut: await heldOutScores(heldOut, scores, { step, evaluation }),
    };
  } catch (error) {
    throw fileError('write the exported model to', folder, error);
  }
}

function fileOf(path: string, { model, data }: OnnxPieces): { path: string; bytes: number } {
  return { path, bytes: [...model, ...data].reduce((total, piece) => total + piece.byteLength, 0) };
}

/**
 * Scores of measured crops by the graph of the head's score.
 * @param given scale; default: calibrated
 * @returns scores in the lists of the measurements
 */
async function scoreMeasured(
  head: Head,
  measured: readonly Float32Array[],
  given: number | undefined,
): Promise<{ scale: number; scores: number[][] }> {
  const scale = given ?? (await calibrated(head, measured));
  const scorer = await openMeasuredScorer(head);
  try {
    const scores: number[][] = [];
    for (const part of measured) scores.push(await scorer.scores(part, scale));
    return { scale, scores };
  } finally {
    await scorer.close();
  }
}

async function calibrated(head: Head, measured: readonly Float32Array[]): Promise<number> {
  const { measuredShape, calibratedScore = head.score } = head;
  const scorer = await openMeasuredScorer({ measuredShape, score: calibratedScore });
  try {
    const all = concatenate(measured);
    return await head.calibrate((candidate) => scorer.scores(all, candidate));
  } finally {
    await scorer.close();
  }
}

function describe(
  {
    setup: {
      options,
      data: { dataset, downscale, unknownBefore },
      model,
      opinions,
      start: { origin },
    },
    step,
    fitted,
  }: Measurement,
  scale: number,
  heldOutScores: readonly (readonly number[])[],
  evaluation: ModelDescription['evaluation'],
  heldOutImages: number,
  { antonym, commit, modified }: Environment,
): ModelDescription {
  const crops = model.head.crops?.(options.crop);
  // two crops of each level, from level 0 on
  const scores = heldOutScores.flatMap((own) => own.map((score, index) => ({ level: index >> 1, score })));
  const percentilesOf = (level: number): ModelDescription['scorePercentiles'][number] => {
    const own = scores.filter((crop) => crop.level === level).map(({ score }) => score);
    const at = (share: number): number => Number(quantile(own, share).toFixed(6));
    return { level, p5: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) };
  };
  const { name, licence, homepage, citation, images } = dataset;
  return {
    format: 'antonym-model-1',
    method: fitted?.method ?? model.head.method(step > 0),
    backbone: `${model.backbone.name}: ${model.backbone.description}`,
    ...model.head.facts(),
    ...(opinions && { trainedOpinions: trainedOpinionsOf(opinions) }),
    ...(!opinions && model.head.trainedElsewhere !== undefined && { trainedOpinions: { name: model.head.trainedElsewhere } }),
    ...(origin && { weights: origin }),
    scale,
    score: { range: [0, 1], direction: 'higher is better' },
    size: {
      minimumSide: model.backbone.minimumSide,
      recommendedSide: options.crop,
      ...(model.backbone.fixedSide !== undefined && !crops && { fixedSide: model.backbone.fixedSide }),
      ...(model.backbone.sideMultiple > 1 && !crops && { sideMultiple: model.backbone.sideMultiple }),
    },
    largeImages: { policy: 'tiles', maximumPixels },
    ...(crops && { crops }),
    scorePercentiles: Array.from({ length: options.levels + 1 }, (_, level) => percentilesOf(level)),
    evaluation,
    data: {
      name,
      ...given({ licence, homepage, citation }),
      images,
      heldOut: heldOutImages,
      ...(unknownBefore.length > 0 && { unknownBefore: [...unknownBefore] }),
      downscale,
    },
    training: {
      step,
      steps: step > 0 ? options.steps : 0,
      seed: options.seed,
      levels: options.levels,
      crop: options.crop,
      ...(step > 0 && options.precision === 'mixed' && { precision: options.precision }),
      ...(fitted && { samples: fitted.samples }),
    },
    version: antonym,
    ...given({ commit: commit && (modified ? `${commit}-modified` : commit) }),
  };
}

/** Number of different images that pairs show. */
function imagesOf(pairs: readonly HeldOutPair[]): number {
  return new Set(pairs.map(({ pair }) => pair.record.image)).size;
}

function cropsToCompare({ data }: TrainingSetup, { pixels, count, side }: ParityCrops): ComparedImages {
  const bytes = side * side * 3;
  const images = Array.from({ length: count }, (_, index) => ({
    width: side,
    height: side,
    data: pixels.slice(index * bytes, (index + 1) * bytes),
  }));
  return { source: `held-out crops of ${data.dataset.name}, pristine and distorted`, images };
}

/** Crops spread evenly over all held-out pairs, and the engine's measurements of them. */
function sampleForParity(
  pairs: readonly HeldOutPair[],
  measured: readonly Float32Array[],
  scores: readonly (readonly number[])[],
  side: number,
  atOnce: number,
): { crops: ParityCrops; measured: Float32Array; scores: number[] } {
  const bytes = side * side * 3;
  const all = pairs.flatMap(({ pair }, index) => {
    const count = pair.pixels.length / bytes;
    const size = measured[index]!.length / count;
    return Array.from({ length: count }, (_, at) => ({
      pixels: pair.pixels.subarray(at * bytes, (at + 1) * bytes),
      measured: measured[index]!.subarray(at * size, (at + 1) * size),
      score: scores[index]![at]!,
    }));
  });
  const count = Math.min(parityCrops, all.length);
  const chosen = Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]!);
  return {
    crops: { pixels: new Uint8Array(Buffer.concat(chosen.map(({ pixels }) => pixels))), count, side, atOnce },
    measured: concatenate(chosen.map((crop) => crop.measured)),
    scores: chosen.map(({ score }) => score),
  };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The entries that have a value. */
function given<T extends Record<string, string | undefined>>(values: T): { [Key in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: string };
}
