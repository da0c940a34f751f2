/** The learning rate and the pace of averages as pure functions of the step: nothing to save, nothing to restore. */
import type { TrainOptions } from './options.js';

export interface Schedule {
  /** The learning rate at the end of the warm-up. */
  readonly peak: number;
  /** The learning rate of the last step. */
  readonly floor: number;
  /** Number of steps that rise in a straight line to the peak; 0 for none. */
  readonly warmupSteps: number;
  /** The number of the last step. */
  readonly steps: number;
}

/** The schedule that options ask for; the floor among them is a share of the peak. */
export function scheduleOf({ lr, lrFloor, warmupSteps, steps }: Pick<TrainOptions, 'lr' | 'lrFloor' | 'warmupSteps' | 'steps'>): Schedule {
  return { peak: lr, floor: lr * lrFloor, warmupSteps, steps };
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

/** The part of a step in the moving averages, 0..1. The first steps count more, so that the starting values are soon forgotten. */
export function averageShare(step: number, decay: number): number {
  return 1 - Math.min(decay, (1 + step) / (10 + step));
}
