/** PLCC: the agreement of two measures up to a straight line. */
import { checkPairs } from './pairs.js';

/**
 * Pearson's linear correlation coefficient, -1..1. NaN when it is not defined: fewer than two pairs, a constant measure, or a
 * value that is not finite.
 * @throws RangeError when the lists differ in length.
 */
export function plcc(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkPairs(x, y);
  const dx = deviations(x);
  const dy = deviations(y);
  // One root: the square root of an exact square is exact, so perfect agreement is exactly 1.
  return Math.max(-1, Math.min(1, dot(dx, dy) / Math.sqrt(dot(dx, dx) * dot(dy, dy))));
}

/** Differences from the mean, scaled so that their squares neither overflow nor vanish; NaN for a constant. */
function deviations(values: ArrayLike<number>): Float64Array {
  let mean = 0;
  let constant = true;
  for (let i = 0; i < values.length; i++) {
    mean += values[i]! / values.length;
    constant &&= values[i] === values[0];
  }
  // The rounded mean of equal values can differ from them: this test keeps rounding errors out of the correlation.
  if (constant) return new Float64Array(values.length).fill(Number.NaN);
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]! - mean));
  return Float64Array.from(values, (value) => (value - mean) / largest);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
