/** SRCC and KRCC: the agreement of two measures in order, whatever their scales. */
import { plcc } from './linear-correlation.js';
import { checkPairs } from './pairs.js';
import { averageRanks } from './ranks.js';

/**
 * Spearman's rank correlation coefficient, -1..1: the linear correlation of average ranks. NaN when it is not defined: fewer
 * than two pairs, a constant measure, or a value that is NaN.
 * @throws RangeError when the lists differ in length.
 */
export function srcc(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkPairs(x, y);
  return hasNaN(x) || hasNaN(y) ? Number.NaN : plcc(averageRanks(x), averageRanks(y));
}

/**
 * Kendall's rank correlation coefficient tau-b, -1..1, in O(n log n): (concordant - discordant) pairs over
 * sqrt((pairs - ties in x) (pairs - ties in y)). NaN as for `srcc`.
 * W. R. Knight, "A computer method for calculating Kendall's tau with ungrouped data", JASA 61 (1966).
 * @throws RangeError when the lists differ in length.
 */
export function krcc(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const count = checkPairs(x, y);
  if (hasNaN(x) || hasNaN(y)) return Number.NaN;
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!);
  const ties = (same: (a: number, b: number) => boolean) => countTiedPairs(order, same);
  const tiedX = ties((a, b) => x[a] === x[b]);
  const tiedBoth = ties((a, b) => x[a] === x[b] && y[a] === y[b]);
  const discordant = sortCountingSwaps(Float64Array.from(order, (index) => y[index]!));
  order.sort((a, b) => y[a]! - y[b]!);
  const tiedY = ties((a, b) => y[a] === y[b]);
  const pairs = (count * (count - 1)) / 2;
  const difference = pairs - tiedX - tiedY + tiedBoth - 2 * discordant;
  // 0 / 0 is NaN when a measure is constant.
  return Math.max(-1, Math.min(1, difference / Math.sqrt((pairs - tiedX) * (pairs - tiedY))));
}

/** Pairs inside runs of equal neighbors. */
function countTiedPairs(order: Uint32Array, same: (a: number, b: number) => boolean): number {
  let pairs = 0;
  let run = 0;
  for (let place = 1; place < order.length; place++) {
    run = same(order[place - 1]!, order[place]!) ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

/** Merge sort. @returns the number of pairs that were in the wrong order. */
function sortCountingSwaps(values: Float64Array<ArrayBuffer>): number {
  let swaps = 0;
  let from = values;
  let to = new Float64Array(values.length);
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let left = start;
      let right = middle;
      for (let place = start; place < end; place++) {
        if (left < middle && (right >= end || from[left]! <= from[right]!)) to[place] = from[left++]!;
        else {
          to[place] = from[right++]!;
          swaps += middle - left;
        }
      }
    }
    [from, to] = [to, from];
  }
  return swaps;
}

function hasNaN(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}
