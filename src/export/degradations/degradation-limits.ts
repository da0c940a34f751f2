/** From which value on a group of degradations is reported: few pristine images reach it. */
import { quantile } from '../../statistics/quantile.js';

/** Most pristine images of which something is reported, as a share. */
export const falseAlarms = 0.05;

/**
 * The limit of each group: of the same share of images above in every group, the largest with which few enough images are above any.
 * @param pristine a number for each group, of every pristine image: greater is worse
 */
export function limitsOf(pristine: readonly (readonly number[])[]): number[] {
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
  // an image on the limit itself is not above it
  return limitsAt(low).map((limit) => limit + 1e-4);
}
