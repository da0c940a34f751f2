/** Proof that the exported file computes what the model under training computes. */
import { z } from 'zod';
import type { DeviceSetup } from '../runtime/devices/device.js';
import { SessionThread } from '../runtime/sessions/session-thread.js';
import { UserError } from '../support/errors.js';
import { precisionReportSchema } from './precision/compare-precision.js';

export const paritySchema = z.strictObject({
  /** Real crops that were compared. */
  crops: z.int(),
  /** Largest absolute differences between the exported file and the graph that training measures with, by output. */
  largestDifference: z.object({ score: z.number() }).catchall(z.number()),
  /** Beyond this, the export fails. */
  tolerance: z.number(),
  /** Comparison of a file in a reduced precision with the float32 file, which the other figures are about. */
  reduced: precisionReportSchema.optional(),
});

/** `parity.json` */
export type Parity = Readonly<z.infer<typeof paritySchema>>;

/** Tolerances: for the same kernels on the same processor, and for others, which round and sum differently. */
const tolerances = { same: 1e-5, other: 1e-4 } as const;

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

/** Expected values of outputs by name. */
export interface ExpectedOutputs extends Readonly<Record<string, ArrayLike<number>>> {
  readonly score: ArrayLike<number>;
}

/**
 * Runs the exported model on crops and compares its outputs with expected values.
 * @param file the path or the bytes of the model
 * @param expected values of `score` and of the head's measurement, by the names of outputs
 * @param kernels tells if the expected values were computed by those that run the file here, ONNX Runtime's on the CPU
 * @param setup the device that runs the file; default: the processor
 * @throws UserError when an output differs by more than 1e-5, from values of other kernels 1e-4.
 */
export async function checkParity(
  file: string | Uint8Array,
  crops: ParityCrops,
  expected: ExpectedOutputs,
  kernels: keyof typeof tolerances = 'same',
  setup: Partial<DeviceSetup> = {},
): Promise<Parity> {
  const tolerance = tolerances[(setup.device ?? 'cpu') === 'cpu' ? kernels : 'other'];
  const thread = new SessionThread(setup);
  try {
    await thread.load('model', file);
    const names = Object.keys(expected);
    const outputs = await outputsOf(thread, crops, names);
    const differences = names.map((name) => [name, largest(outputs[name]!, expected[name]!)] as const);
    const largestDifference = Object.fromEntries(differences) as Parity['largestDifference'];
    // NaN when any is
    const worst = Math.max(...differences.map(([, difference]) => difference));
    if (!(worst <= tolerance)) {
      throw new UserError(`The exported model differs from the trained one by ${worst}, more than ${tolerance}: it was not written.`);
    }
    return { crops: crops.count, largestDifference, tolerance };
  } finally {
    await thread.close();
  }
}

/** The loaded model's outputs for all crops. */
async function outputsOf(
  thread: SessionThread,
  { pixels, count, side, atOnce }: ParityCrops,
  names: readonly string[],
): Promise<Record<string, number[]>> {
  const cropBytes = side * side * 3;
  const outputs: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let first = 0; first < count; first += atOnce) {
    const last = Math.min(first + atOnce, count);
    const data = pixels.slice(first * cropBytes, last * cropBytes);
    const results = await thread.run('model', { image: { dataType: 'uint8', shape: [last - first, side, side, 3], data } });
    for (const name of names) outputs[name]!.push(...(results[name]!.data as Float32Array));
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
