/** Proof that the exported file computes what the model under training computes. */
import { z } from 'zod';
import { degradationsOutput } from '../heads/degradation-groups.js';
import { publishedScale } from '../heads/fit-scale.js';
import type { Head } from '../heads/head.js';
import { type MeasuredScorer, openMeasuredScorer } from '../heads/score-measured.js';
import type { DeviceSetup } from '../runtime/devices/device.js';
import { SessionThread, type SessionThreadOptions } from '../runtime/sessions/session-thread.js';
import { UserError } from '../support/errors.js';
import { precisionReportSchema } from './precision/compare-precision.js';

export const paritySchema = z.strictObject({
  /** Real crops that were compared. */
  crops: z.int(),
  /** Largest absolute differences between the exported file and the graph that training measures with, by output. */
  largestDifference: z.object({ score: z.number() }).catchall(z.number()),
  /** Beyond this difference of the head's measurement, the export fails. */
  tolerance: z.number(),
  /** The same for the file's scores and those that follow from its own measurement; absent: scores had to keep `tolerance` themselves. */
  scores: z.strictObject({ largestDifference: z.number(), tolerance: z.number() }).optional(),
  /** The same for `degradations`, compared with the part of the graph that gives them alone. Absent: there is no such output. */
  degradations: z.strictObject({ crops: z.int(), largestDifference: z.number(), tolerance: z.number() }).optional(),
  /** Comparison of a file in a reduced precision with the float32 file, which the other figures are about. */
  reduced: precisionReportSchema.optional(),
  /** SHA-256 of the ONNX file that this is about. */
  model: z.string().optional(),
});

/** `parity.json` */
export type Parity = Readonly<z.infer<typeof paritySchema>>;

/** Tolerances: for the same kernels on the same processor, and for others, which round and sum differently. */
const tolerances = { same: 1e-5, other: 1e-4 } as const;

/** Differences up to so many times what another order of the same sums makes are rounding, but never larger ones than these. */
const [timesRounding, mostRounding] = [8, 1e-3];

/** Crops that an exported file is proven on. */
export interface ParityCrops {
  /** uint8 RGB [count, side, side, 3] */
  readonly pixels: Uint8Array;
  readonly count: number;
  /** Pixels. */
  readonly side: number;
  /** Number of them given to the file in one call: bounds memory. */
  readonly atOnce: number;
}

/** The results that the exported model has to give on the crops. */
export interface ExpectedOutputs {
  readonly head: Pick<Head, 'score' | 'measuredShape' | 'outputName'>;
  /** Computes the head's score; default: one for this proof. */
  readonly scorer?: MeasuredScorer;
  /** Scale of the score. */
  readonly scale: number;
  /** [count] */
  readonly score: ArrayLike<number>;
  /** [count, ...measuredShape] */
  readonly measured: ArrayLike<number>;
}

/**
 * Runs the exported model on crops and compares it with what was measured while training. Judged are the head's measurement, and whether the
 * file's scores are those of its own measurement. The difference of scores is stated only: the slope of a score in two cosines is scale / 4
 * each, so that at CLIP's scale of 100 the rounding of float32 in a right file, about 4e-7, becomes 2e-5.
 * @param file the path or the bytes of the model
 * @param kernels tells if the expected values were computed by those that run the file here, ONNX Runtime's on the CPU
 * @param setup the device that runs the file; default: the processor
 * A network may magnify rounding itself: a measurement that differs by more is judged by what its file makes of it without ONNX Runtime's
 * rewriting, which sums in another order.
 * @throws UserError when either differs by more than 1e-5, from values of other kernels 1e-4; scores of a scale above 100 in proportion.
 */
export async function checkParity(
  file: string | Uint8Array,
  crops: ParityCrops,
  { head, scorer, scale, score, measured }: ExpectedOutputs,
  kernels: keyof typeof tolerances = 'same',
  setup: Partial<DeviceSetup> = {},
): Promise<Parity> {
  const usual = tolerances[(setup.device ?? 'cpu') === 'cpu' ? kernels : 'other'];
  const scoreTolerance = usual * Math.max(1, scale / publishedScale);
  const outputs = await outputsOf(file, crops, ['score', head.outputName], setup);
  const own = outputs[head.outputName]!;
  const differences = { score: largest(outputs.score!, score), [head.outputName]: largest(own, measured) };
  const isLarge = differences[head.outputName]! > usual && differences[head.outputName]! <= mostRounding;
  const tolerance = isLarge ? Math.max(usual, timesRounding * (await roundingOf(file, crops, head.outputName, own))) : usual;
  requireSmall(differences[head.outputName]!, tolerance, 'The exported model differs from the trained one');
  const scoreDifference = largest(outputs.score!, await scoresOf(head, scorer, own, scale));
  requireSmall(scoreDifference, scoreTolerance, 'The score of the exported model differs from that of what it measures');
  return {
    crops: crops.count,
    largestDifference: differences,
    tolerance,
    scores: { largestDifference: scoreDifference, tolerance: scoreTolerance },
  };
}

/** How much an output changes with the order of sums, on the processor. */
async function roundingOf(file: string | Uint8Array, crops: ParityCrops, name: string, own: readonly number[]): Promise<number> {
  return largest((await outputsOf(file, crops, [name], { isPlain: true }))[name]!, own);
}

/** @throws UserError when the difference is larger, or no number. */
function requireSmall(difference: number, tolerance: number, what: string): void {
  if (!(difference <= tolerance)) throw new UserError(`${what} by ${difference}, more than ${tolerance}: it was not written.`);
}

/** The head's scores of measurements. */
async function scoresOf(
  head: ExpectedOutputs['head'],
  given: MeasuredScorer | undefined,
  measured: readonly number[],
  scale: number,
): Promise<number[]> {
  const scorer = given ?? (await openMeasuredScorer(head));
  try {
    return await scorer.scores(Float32Array.from(measured), scale);
  } finally {
    if (scorer !== given) await scorer.close();
  }
}

/** Values of 0..1 of an exponential function, whose rounding is coarser than that of a linear measurement. */
const degradationTolerance = 1e-3;

/**
 * Compares a file's degradations with those of another, on the processor.
 * @param expected [count][groups], or the file that gives them
 * @throws UserError when any differs by more than 1e-3.
 */
export async function checkDegradations(
  file: string | Uint8Array,
  crops: ParityCrops,
  expected: readonly (readonly number[])[] | Uint8Array,
): Promise<NonNullable<Parity['degradations']>> {
  const valuesOf = async (model: string | Uint8Array): Promise<number[]> =>
    (await outputsOf(model, crops, [degradationsOutput], {}))[degradationsOutput]!;
  const largestDifference = largest(await valuesOf(file), expected instanceof Uint8Array ? await valuesOf(expected) : expected.flat());
  requireSmall(
    largestDifference,
    degradationTolerance,
    `The output ${degradationsOutput} of the exported model differs from its part alone`,
  );
  return { crops: crops.count, largestDifference, tolerance: degradationTolerance };
}

/** The model's outputs for all crops. */
async function outputsOf(
  file: string | Uint8Array,
  { pixels, count, side, atOnce }: ParityCrops,
  names: readonly string[],
  setup: SessionThreadOptions,
): Promise<Record<string, number[]>> {
  const cropBytes = side * side * 3;
  const outputs: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  const thread = new SessionThread(setup);
  try {
    await thread.load('model', file);
    for (let first = 0; first < count; first += atOnce) {
      const last = Math.min(first + atOnce, count);
      const data = pixels.slice(first * cropBytes, last * cropBytes);
      const results = await thread.run('model', { image: { dataType: 'uint8', shape: [last - first, side, side, 3], data } });
      for (const name of names) outputs[name]!.push(...(results[name]!.data as Float32Array));
    }
  } finally {
    await thread.close();
  }
  return outputs;
}

/** The largest absolute difference; NaN when any value is not a number or the lengths differ. */
function largest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.NaN;
  let result = 0;
  for (let index = 0; index < actual.length; index++) {
    const difference = Math.abs(actual[index]! - expected[index]!);
    if (Number.isNaN(difference)) return difference;
    result = Math.max(result, difference);
  }
  return result;
}
