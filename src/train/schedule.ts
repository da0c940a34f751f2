/** The learning rate as a pure function of the step: nothing to save, nothing to restore. */

export interface Schedule {
  /** The learning rate at the end of the warm-up. */
  readonly peak: number;
  /** The learning rate of the last step. */
  readonly floor: number;
  /** How many steps rise in a straight line to the peak; 0 for none. */
  readonly warmupSteps: number;
  /** The number of the last step. */
  readonly steps: number;
}

/**
 * The learning rate of a step, counted from 1: a straight line up to the peak, then half a cosine down to the floor
 * (Loshchilov and Hutter, "SGDR", arXiv 1608.03983, without restarts).
 * @throws RangeError when the step is not one of 1..steps.
 */
export function learningRate(step: number, { peak, floor, warmupSteps, steps }: Schedule): number {
  if (!Number.isInteger(step) || step < 1 || step > steps) throw new RangeError(`step must be one of 1..${steps}, but received ${step}`);
  if (step < warmupSteps) return (peak * step) / warmupSteps;
  if (step === warmupSteps) return peak;
  const progress = (step - warmupSteps) / (steps - warmupSteps);
  return floor + ((peak - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
}
