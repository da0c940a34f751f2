/** From regressions to values of 0 to 1, and the threshold of each group, which few pristine crops reach. */
import { mean } from '../../statistics/mean.js';
import { quantile } from '../../statistics/quantile.js';
import type { LinearMap } from '../../statistics/ridge-regression.js';

/** Most pristine crops of which something is reported, as a share. */
export const falseAlarms = 0.05;
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
 */
export function calibrate(pristine: readonly (readonly number[])[], degraded: readonly (readonly number[])[]): Calibration {
  const medians = degraded.map((values) => quantile(values, 0.5));
  const factor = -Math.log(1 - strongest) / Math.max(1e-3, mean(medians));
  return { factor, thresholds: limitsOf(pristine).map((limit) => Number(Math.max(0.01, 1 - Math.exp(-factor * limit)).toFixed(4))) };
}

/** The limit of each group: of the same share of crops above in every group, the largest with which few enough crops are above any. */
function limitsOf(pristine: readonly (readonly number[])[]): number[] {
  const groups = pristine[0]!.map((_, group) => pristine.map((values) => values[group]!));
  const limitsAt = (share: number): number[] => groups.map((values) => quantile(values, 1 - share));
  const above = (limits: readonly number[]): number =>
    pristine.filter((values) => values.some((value, group) => value > limits[group]!)).length / pristine.length;
  let [low, high] = [0, falseAlarms];
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2;
    if (above(limitsAt(middle)) <= falseAlarms) low = middle;
    else high = middle;
  }
  // a crop on the limit itself is not above it
  return limitsAt(low).map((limit) => limit + 1e-4);
}

export function scaledMap(map: LinearMap, { factor }: Calibration): LinearMap {
  return { ...map, weights: map.weights.map((weight) => weight * factor), bias: map.bias.map((bias) => bias * factor) };
}
