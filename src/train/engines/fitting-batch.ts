/** Advice where a device has too little memory for a batch: the largest part of it that fits, found by steps that really run. */
import { isBufferTooLarge } from '../../runtime/devices/device.js';
import { UserError } from '../../support/errors.js';

/**
 * The largest proper divisor of a batch that runs, so that a whole number of smaller batches makes as many photographs.
 * @param runs true when a batch of that many photographs runs; batches smaller than one that runs, run too
 * @returns undefined when not even one photograph at a time does
 */
export async function fittingBatch(photographs: number, runs: (photographs: number) => Promise<boolean>): Promise<number | undefined> {
  const divisors = Array.from({ length: photographs - 1 }, (_, index) => index + 1).filter((divisor) => photographs % divisor === 0);
  let [fitting, failing] = [-1, divisors.length];
  while (failing - fitting > 1) {
    const middle = (fitting + failing) >> 1;
    if (await runs(divisors[middle]!)) fitting = middle;
    else failing = middle;
  }
  return divisors[fitting];
}

/** The batch that did not fit, and the one that does. */
export interface TriedBatch {
  readonly photographs: number;
  /** Batches in an update. */
  readonly accumulate: number;
  /** The result of `fittingBatch`. */
  readonly fitting: number | undefined;
  /** Bytes of the largest tensor of the batch. */
  readonly largest: number;
  /** True when it could keep less of the forward pass: see `recomputeForward`. */
  readonly canRecompute: boolean;
}

/** A failure of a step that `isOutOfMemory` knows, in words that a person can act on. */
export function explainOutOfMemory(error: Error, { photographs, accumulate, fitting, largest, canRecompute }: TriedBatch): UserError {
  const size = `${(largest / 2 ** 30).toPrecision(2)} GiB`;
  const what = isBufferTooLarge(error)
    ? `The device has no buffers as large as the largest tensor of a batch of ${photographs}, ${size}`
    : `The device has too little memory for a batch of ${photographs}, whose largest tensor takes ${size}`;
  const advice =
    fitting === undefined
      ? `Not even one photograph at a time fits: use ${canRecompute ? '--recompute on, ' : ''}a smaller --crop or fewer --levels, or --freeze the first parts`
      : `A step with ${fitting} at a time has been tried and fits: use --batch-size ${fitting} --accumulate ${(accumulate * photographs) / fitting}, as many photographs an update`;
  return new UserError(`${what}. ${advice}. Checkpoints are intact, and --resume takes both options too.`);
}
