/** From regressions to values of 0 to 1, and the threshold of each group, which few pristine crops reach. */
import { mean } from '#antonym/statistics/mean.js';
import { quantile } from '#antonym/statistics/quantile.js';
import { recognizingLimits, type SingleCase } from './recognizing-limits.js';
import type { LinearMap } from './ridge-regression.js';

/** The value of the median crop at the strongest level, on average over groups. */
const strongest = 0.9;

export interface Calibration {
  /** Scale of all regressions: one for all groups, whose values then compare as the regressions do. */
  readonly factor: number;
  /** Value of each group from which on it is reported. */
  readonly thresholds: readonly number[];
}

/**
 * @param pristine the largest regression of each group, for every pristine crop
 * @param degraded for each group, its largest regression for crops that have it at the strongest level
 * @param cases the largest regression of each group, for crops with one strong distortion
 */
export function calibrate(
  pristine: readonly (readonly number[])[],
  degraded: readonly (readonly number[])[],
  cases: readonly SingleCase[],
): Calibration {
  const medians = degraded.map((values) => quantile(values, 0.5));
  const factor = -Math.log(1 - strongest) / Math.max(1e-3, mean(medians));
  const thresholds = recognizingLimits(pristine, cases).map((limit) => Number(Math.max(0.01, 1 - Math.exp(-factor * limit)).toFixed(4)));
  return { factor, thresholds };
}

export function scaledMap(map: LinearMap, { factor }: Calibration): LinearMap {
  return { ...map, weights: map.weights.map((weight) => weight * factor), bias: map.bias.map((bias) => bias * factor) };
}
