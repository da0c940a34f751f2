/** Wilcoxon's signed-rank test: do paired differences lie around 0, without an assumption about their distribution? */

export interface SignedRank {
  /** The number of differences other than 0, which the test uses. */
  readonly pairs: number;
  /** The sum of the ranks of positive differences. */
  readonly positive: number;
  /** Two-sided, 0..1; NaN without a difference other than 0. */
  readonly p: number;
}

/** Up to this number of pairs the distribution is enumerated; 2^50 signs are exact in a double. */
const countedPairs = 50;

/**
 * Tests paired differences against a symmetric distribution around 0. Zeros are left out, ties share their average rank. Up to 50 pairs the p is exact,
 * ties included; beyond, it is that of the normal approximation with its correction for ties, as SciPy's.
 * F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945).
 * @throws RangeError when a difference is not finite.
 */
export function wilcoxonSignedRank(differences: readonly number[]): SignedRank {
  const wrong = differences.find((difference) => !Number.isFinite(difference));
  if (wrong !== undefined) throw new RangeError(`differences must be finite, but received ${wrong}`);
  const sorted = differences.filter((difference) => difference !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const count = sorted.length;
  if (count === 0) return { pairs: 0, positive: 0, p: Number.NaN };
  const { doubledRanks, tieTerm } = rank(sorted);
  const positive = sorted.reduce((sum, difference, index) => sum + (difference > 0 ? doubledRanks[index]! : 0), 0) / 2;
  const p = count <= countedPairs ? exactP(doubledRanks, positive * 2) : approximateP(count, tieTerm, positive);
  return { pairs: count, positive, p };
}

/** Twice the ranks, which are whole numbers, and the sum of t^3 - t over groups of t ties. */
function rank(sorted: readonly number[]): { doubledRanks: number[]; tieTerm: number } {
  const doubledRanks: number[] = [];
  let tieTerm = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && Math.abs(sorted[end]!) === Math.abs(sorted[start]!)) end++;
    for (let place = start; place < end; place++) doubledRanks.push(start + 1 + end);
    tieTerm += (end - start) ** 3 - (end - start);
    start = end;
  }
  return { doubledRanks, tieTerm };
}

/** The share of all 2^n choices of signs whose sum is at least as far from the middle. */
function exactP(doubledRanks: readonly number[], doubledSum: number): number {
  const total = doubledRanks.reduce((sum, value) => sum + value, 0);
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  for (const value of doubledRanks) for (let sum = total; sum >= value; sum--) ways[sum]! += ways[sum - value]!;
  const lower = Math.min(doubledSum, total - doubledSum);
  let atMost = 0;
  for (let sum = 0; sum <= lower; sum++) atMost += ways[sum]!;
  return Math.min(1, (2 * atMost) / 2 ** doubledRanks.length);
}

/** The statistic has mean n(n+1)/4 and variance n(n+1)(2n+1)/24 - sum(t^3 - t)/48. */
function approximateP(count: number, tieTerm: number, positive: number): number {
  const mean = (count * (count + 1)) / 4;
  const variance = (count * (count + 1) * (2 * count + 1)) / 24 - tieTerm / 48;
  return complementaryError(Math.abs(positive - mean) / Math.sqrt(2 * variance));
}

/**
 * The complementary error function of x >= 0, to 1e-12 relative: its series below 2, its continued fraction above (Abramowitz and Stegun,
 * "Handbook of Mathematical Functions", 7.1.5 and 7.1.14).
 */
function complementaryError(x: number): number {
  if (x < 2) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
