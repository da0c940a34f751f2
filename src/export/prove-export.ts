/** Proves a written model before it reaches its place: it computes what the model under training computes. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OnnxPieces } from '../graph/onnx-file.js';
import type { MeasuredScorer } from '../heads/score-measured.js';
import { concatenate } from '../tensors/concatenate.js';
import type { HeldOutPair } from '../train/data/held-out.js';
import { cropsAtOnce } from '../train/graphs/crops-at-once.js';
import type { TrainingSetup } from '../train/training-setup.js';
import type { ShippedDegradations } from './degradations/shipped-degradations.js';
import type { Measurement } from './measurement.js';
import { writeModel } from './model-files.js';
import { checkDegradations, checkParity, type Parity, type ParityCrops } from './parity.js';
import { type ComparedImages, comparePrecision } from './precision/compare-precision.js';
import { requireOrder } from './precision/precision-table.js';
import type { ReducedPrecision } from './precision/precisions.js';

/** Crops on which the exported file is compared with the model under training, and those for its degradations. */
const [parityCrops, degradationCrops] = [96, 24];

export interface Reduction {
  readonly precision: ReducedPrecision;
  /** Images on which it is compared with float32; default: held-out crops. */
  readonly images?: ComparedImages | undefined;
  /** True to write it however many pairs change their order. */
  readonly force: boolean;
}

/** The scores of held-out crops, in the lists of their measurements, and the scale that they follow from. */
export interface HeldOutScoring {
  /** Computes the head's score, as long as the export takes. */
  readonly scorer: MeasuredScorer;
  readonly scale: number;
  readonly scores: readonly (readonly number[])[];
}

/**
 * Compares a float32 file with the model under training.
 * @param telling the part of the file that says what is wrong with an image, where it has one
 */
export async function prove(
  measurement: Measurement,
  { scorer, scale, scores }: HeldOutScoring,
  path: string,
  telling?: ShippedDegradations,
): Promise<Parity> {
  const { setup, heldOut, measured, kernels, device } = measurement;
  const { crop } = setup.options;
  const { head } = setup.model;
  const sample = sampleForParity(heldOut, measured, scores, crop, cropsAtOnce(setup.model, crop));
  const expected = { head, scorer, scale, score: sample.scores, measured: sample.measured };
  const parity = await checkParity(path, sample.crops, expected, kernels, device);
  return {
    ...parity,
    ...(telling && { degradations: await proveDegradations(sample.crops, telling, path) }),
  };
}

/** Compares a file's degradations with those of the part alone. */
async function proveDegradations(
  { pixels, count, side, atOnce }: ParityCrops,
  { file }: ShippedDegradations,
  path: string,
): Promise<NonNullable<Parity['degradations']>> {
  const few = Math.min(count, degradationCrops);
  const crops = { pixels: pixels.subarray(0, few * side * side * 3), count: few, side, atOnce };
  return checkDegradations(path, crops, file);
}

/** The float32 file is proven as always, then the other is compared with it. */
export async function proveReduced(
  measurement: Measurement,
  scoring: HeldOutScoring,
  { precision, images, force }: Reduction,
  path: string,
  pieces: OnnxPieces,
  reference: OnnxPieces,
  elsewhere: OnnxPieces | undefined,
  telling?: ShippedDegradations,
): Promise<Parity> {
  const { setup, heldOut, measured } = measurement;
  const scratch = await mkdtemp(join(dirname(path), '.float32-'));
  const parts = [join(scratch, 'float32'), join(scratch, 'elsewhere')] as const;
  for (const part of parts) await mkdir(part);
  const float32 = await writeModel(parts[0], reference);
  const parity = await prove(measurement, scoring, float32, telling);
  const { crops } = sampleForParity(heldOut, measured, scoring.scores, setup.options.crop, cropsAtOnce(setup.model, setup.options.crop));
  const files = [fileOf(float32, reference), fileOf(path, pieces)] as const;
  const written = elsewhere && (await writeModel(parts[1], elsewhere));
  const reduced = await comparePrecision(precision, files, images ?? cropsToCompare(setup, crops), written);
  if (!force) requireOrder(reduced);
  await rm(scratch, { recursive: true });
  return { ...parity, reduced };
}

function fileOf(path: string, { model, data }: OnnxPieces): { path: string; bytes: number } {
  return { path, bytes: [...model, ...data].reduce((total, piece) => total + piece.byteLength, 0) };
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
