/** The agreement of two scores in order, as a share of pairs: the difference that sorting by one or the other shows. */
import { checkPairs } from './pairs.js';

/**
 * The number of pairs that the first score tells apart, and the share of them, 0..1, that the second reverses or ties.
 * A pair with a NaN score counts as changed. The share is 0 when there is no pair.
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
