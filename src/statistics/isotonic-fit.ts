/** The rising steps closest to pairs of values: a map without any assumption but that it never falls. */
import { checkPairs } from './pairs.js';

/** Corners of a map that is linear between them and constant beyond; x rises strictly, y never falls. */
export interface IsotonicSteps {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * Least-squares regression by a function that never falls, by pooling adjacent violators; pairs of equal x are averaged first.
 * M. Ayer and others, "An empirical distribution function for sampling with incomplete information", 1955.
 * @throws RangeError when the lists differ in length.
 */
export function fitIsotonic(x: ArrayLike<number>, y: ArrayLike<number>): IsotonicSteps {
  const order = Array.from({ length: checkPairs(x, y) }, (_, index) => index).sort((a, b) => x[a]! - x[b]!);
  const blocks: { first: number; last: number; sum: number; count: number }[] = [];
  for (const index of order) {
    const same = blocks.at(-1);
    if (same !== undefined && same.first === x[index]) {
      same.sum += y[index]!;
      same.count++;
    } else blocks.push({ first: x[index]!, last: x[index]!, sum: y[index]!, count: 1 });
  }
  const pooled: typeof blocks = [];
  for (const block of blocks) {
    pooled.push(block);
    while (pooled.length > 1) {
      const [before, after] = [pooled.at(-2)!, pooled.at(-1)!];
      if (before.sum / before.count < after.sum / after.count) break;
      pooled.splice(-2, 2, { ...before, last: after.last, sum: before.sum + after.sum, count: before.count + after.count });
    }
  }
  const corners = pooled.flatMap(({ first, last, sum, count }) =>
    (first === last ? [first] : [first, last]).map((at) => [at, sum / count]),
  );
  return { x: corners.map(([at]) => at!), y: corners.map(([, value]) => value!) };
}
