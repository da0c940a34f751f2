/** Correlations of many resamples of the same pairs, with all sorting done once. */
import { checkPairs } from './pairs.js';

/**
 * Rank correlations of pairs with multiplicities, 0 included: equal to `srcc` and `krcc` of the pairs written out that often,
 * in O(n) and O(n log n) without sorting. Not defined for NaN.
 */
export class ResampledCorrelation {
  private readonly x: Groups;
  private readonly y: Groups;

  /** @throws RangeError when the lists differ in length. */
  constructor(x: ArrayLike<number>, y: ArrayLike<number>) {
    checkPairs(x, y);
    this.x = groupsOf(x);
    this.y = groupsOf(y);
  }

  /** @param times how often each pair counts: whole numbers. */
  srcc(times: ArrayLike<number>): number {
    const [x, y] = [this.x, this.y];
    const [ranksX, ranksY] = [ranksOf(x, times), ranksOf(y, times)];
    let total = 0;
    for (let i = 0; i < times.length; i++) total += times[i]!;
    const mean = (total + 1) / 2;
    let [xx, yy, xy] = [0, 0, 0];
    for (let i = 0; i < times.length; i++) {
      const dx = ranksX[x.group[i]!]! - mean;
      const dy = ranksY[y.group[i]!]! - mean;
      xx += times[i]! * dx * dx;
      yy += times[i]! * dy * dy;
      xy += times[i]! * dx * dy;
    }
    return bounded(xy / Math.sqrt(xx * yy));
  }

  /** @param times how often each pair counts: whole numbers. */
  krcc(times: ArrayLike<number>): number {
    const [x, y] = [this.x, this.y];
    // Sums of times by group of y, in a tree that adds prefixes (Fenwick).
    const tree = new Float64Array(y.count + 1);
    const upTo = (group: number): number => {
      let sum = 0;
      for (let node = group + 1; node > 0; node -= node & -node) sum += tree[node]!;
      return sum;
    };
    let [seen, difference, tiedX, tiedY] = [0, 0, 0, 0];
    for (let start = 0; start < x.order.length; ) {
      const group = x.group[x.order[start]!]!;
      let [end, inGroup] = [start, 0];
      // Pairs of this group of x with those of smaller x.
      for (; end < x.order.length && x.group[x.order[end]!] === group; end++) {
        const index = x.order[end]!;
        const own = y.group[index]!;
        if (times[index] === 0) continue;
        difference += times[index]! * (upTo(own - 1) - (seen - upTo(own)));
        inGroup += times[index]!;
      }
      for (let place = start; place < end; place++) {
        const index = x.order[place]!;
        if (times[index] === 0) continue;
        for (let node = y.group[index]! + 1; node <= y.count; node += node & -node) tree[node]! += times[index]!;
      }
      seen += inGroup;
      tiedX += pairsOf(inGroup);
      start = end;
    }
    const inY = new Float64Array(y.count);
    for (let i = 0; i < times.length; i++) inY[y.group[i]!]! += times[i]!;
    for (const count of inY) tiedY += pairsOf(count);
    const pairs = pairsOf(seen);
    return bounded(difference / Math.sqrt((pairs - tiedX) * (pairs - tiedY)));
  }
}

/** Groups of equal values, numbered from the smallest value. */
interface Groups {
  /** Indices of the values, the smallest first. */
  readonly order: Uint32Array;
  /** The group of each value. */
  readonly group: Uint32Array;
  readonly count: number;
}

function groupsOf(values: ArrayLike<number>): Groups {
  const order = Uint32Array.from({ length: values.length }, (_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const group = new Uint32Array(values.length);
  let count = 0;
  for (let place = 0; place < order.length; place++) {
    if (place > 0 && values[order[place]!] !== values[order[place - 1]!]) count++;
    group[order[place]!] = count;
  }
  return { order, group, count: order.length === 0 ? 0 : count + 1 };
}

/** The average rank of each group. */
function ranksOf({ group, count }: Groups, times: ArrayLike<number>): Float64Array {
  const ranks = new Float64Array(count);
  for (let i = 0; i < group.length; i++) ranks[group[i]!]! += times[i]!;
  let before = 0;
  for (let index = 0; index < count; index++) {
    const inGroup = ranks[index]!;
    ranks[index] = before + (inGroup + 1) / 2;
    before += inGroup;
  }
  return ranks;
}

function pairsOf(count: number): number {
  return (count * (count - 1)) / 2;
}

/** Clamps to -1..1; 0 / 0 of a constant measure stays NaN. */
function bounded(correlation: number): number {
  return Math.max(-1, Math.min(1, correlation));
}
