/** Finds copies and near copies among many thousands of photographs. */
import type { Fingerprint } from './fingerprint.js';

/**
 * Most different signs, and least correlation, of near duplicates. Among all pairs of the 24 Kodak photographs and of 60 rendered
 * scenes none has fewer than 16 different signs; copies saved again, reduced, brightened, made gray or cut by 2 % have at most 6 and correlate by .97 or more.
 */
const mostDifferentSigns = 7;
const leastCorrelation = 0.9;

/** Most pictures with equal signs that are compared with all others: the rest are mostly copies of these. */
const mostAlike = 16;

/**
 * Groups of near duplicates, each of two or more ascending indices, in the order of their first. Any two near duplicates are in one group.
 * Signs that differ in at most 7 places have one of the 8 bytes in common, so only those that share a byte are compared.
 * @param fingerprints undefined for unreadable images, which are in no group.
 */
export function nearDuplicateGroups(fingerprints: readonly (Fingerprint | undefined)[]): number[][] {
  const parents = fingerprints.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root] = parents[parents[root]!]!;
    return root;
  };
  // Two words of 32 signs each: hundreds of millions of comparisons take seconds.
  const words = new Uint32Array(fingerprints.length * 2);
  const same = new Map<string, number[]>();
  const buckets = Array.from({ length: 8 * 256 }, (): number[] => []);
  for (const [index, fingerprint] of fingerprints.entries()) {
    if (fingerprint === undefined) continue;
    const { signs, means } = fingerprint;
    const join = (other: number): boolean => {
      const isAlike = correlation(means, fingerprints[other]!.means) >= leastCorrelation;
      // The earliest of a group is its root.
      if (isAlike) parents[Math.max(rootOf(index), rootOf(other))] = Math.min(rootOf(index), rootOf(other));
      return isAlike;
    };
    words.set(new Uint32Array(signs.slice().buffer), index * 2);
    const [low, high] = [words[index * 2]!, words[index * 2 + 1]!];
    const key = `${low},${high}`;
    const equal = same.get(key) ?? [];
    same.set(key, equal);
    if (equal.some(join) || equal.length === mostAlike) continue;
    equal.push(index);
    for (const [place, byte] of signs.entries()) {
      const bucket = buckets[place * 256 + byte]!;
      for (const other of bucket) {
        const different = onesIn(low ^ words[other * 2]!) + onesIn(high ^ words[other * 2 + 1]!);
        if (different <= mostDifferentSigns && rootOf(index) !== rootOf(other)) join(other);
      }
      bucket.push(index);
    }
  }
  const groups = new Map<number, number[]>();
  for (const index of fingerprints.keys()) {
    const root = rootOf(index);
    if (root === index) groups.set(root, [index]);
    else groups.get(root)!.push(index);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** The number of set bits among 32: sums within 2, 4 and 8 bits side by side, then of the bytes (Warren, Hacker's Delight). */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Pearson's correlation, -1..1; 0 when one is plain and cannot be compared. */
function correlation(a: Uint8Array, b: Uint8Array): number {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let place = 0; place < a.length; place++) {
    const [x, y] = [a[place]!, b[place]!];
    sumA += x;
    sumB += y;
    squaresA += x * x;
    squaresB += y * y;
    products += x * y;
  }
  const covariance = products - (sumA * sumB) / a.length;
  const variances = (squaresA - sumA ** 2 / a.length) * (squaresB - sumB ** 2 / a.length);
  return variances > 0 ? covariance / Math.sqrt(variances) : 0;
}
