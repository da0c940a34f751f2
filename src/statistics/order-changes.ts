/** How far two scores of the same things agree in their order, as a share of pairs: what a person sees who sorts by one or the other. */
import { checkPairs } from './pairs.js';

/**
 * Of the pairs that the first score tells apart, how many there are and the share, 0..1, that the second puts in the other order or does not tell apart.
 * A pair with a score that is NaN has changed. The share is 0 when there is no pair.
 * @throws RangeError when the lists differ in length.
 */
export function orderChanges(first: ArrayLike<number>, second: ArrayLike<number>): { readonly pairs: number; readonly changed: number } {
  const count = checkPairs(first, second);
  let [pairs, changed] = [0, 0];
  for (let one = 0; one < count; one++) {
    for (let other = one + 1; other < count; other++) {
      const before = Math.sign(first[one]! - first[other]!);
      if (before === 0) continue;
      pairs++;
      if (Math.sign(second[one]! - second[other]!) !== before) changed++;
    }
  }
  return { pairs, changed: pairs === 0 ? 0 : changed / pairs };
}
