/** A comparison of pictures before and after a change: what was measured of each pair, and what follows for all of them. */
import type { Degradations } from '../score/degradations.js';
import { percentileInterval, resample } from '../statistics/bootstrap.js';
import { quantile } from '../statistics/quantile.js';
import { wilcoxonSignedRank } from '../statistics/signed-rank.js';
import { randomStream } from '../support/random.js';

/** A file that was scored. */
export interface ScoredFile {
  readonly path: string;
  /** 0..1, higher is better. */
  readonly score: number;
  readonly bytes: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Where asked for: strength of each group of distortions, 0..1. */
  readonly degradations?: Degradations;
}

export interface ComparedPair {
  readonly name: string;
  readonly before: ScoredFile;
  readonly after: ScoredFile;
  /** The score after minus the score before: negative is worse. */
  readonly difference: number;
}

/** A statistic with its percentile bootstrap interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface ComparisonSummary {
  readonly pairs: number;
  /** Mean scores. */
  readonly before: number;
  readonly after: number;
  /** The mean and the median of the differences. */
  readonly mean: Interval;
  readonly median: Interval;
  /** Shares of pairs, 0..1. */
  readonly worse: number;
  readonly better: number;
  /** Two-sided, of Wilcoxon's signed-rank test; NaN when no score changed. */
  readonly p: number;
  /** Sums of file sizes. */
  readonly bytes: { readonly before: number; readonly after: number };
}

export interface ComparisonBootstrap {
  /** Number of resamples. */
  readonly resamples: number;
  readonly seed: number;
  /** 0..1: .95. */
  readonly confidence: number;
}

/**
 * Summarizes pairs.
 * @throws RangeError without a pair.
 */
export function summarizeComparison(
  pairs: readonly ComparedPair[],
  { resamples, seed, confidence }: ComparisonBootstrap,
): ComparisonSummary {
  if (pairs.length === 0) throw new RangeError('a comparison needs at least one pair');
  const differences = pairs.map(({ difference }) => difference);
  const [means, medians] = [new Float64Array(resamples), new Float64Array(resamples)];
  const random = randomStream(seed, 'compare');
  const times = new Uint32Array(pairs.length);
  const sorted = [...differences].sort((a, b) => a - b);
  for (let index = 0; index < resamples; index++) {
    resample(times, random);
    let sum = 0;
    for (let pair = 0; pair < sorted.length; pair++) sum += times[pair]! * sorted[pair]!;
    means[index] = sum / sorted.length;
    medians[index] = medianOf(sorted, times);
  }
  const interval = (value: number, values: Float64Array): Interval => {
    const [low, high] = percentileInterval(values, confidence);
    return { value, low, high };
  };
  const sumOf = (of: (pair: ComparedPair) => number): number => pairs.reduce((sum, pair) => sum + of(pair), 0);
  return {
    pairs: pairs.length,
    before: sumOf(({ before }) => before.score) / pairs.length,
    after: sumOf(({ after }) => after.score) / pairs.length,
    mean: interval(sumOf(({ difference }) => difference) / pairs.length, means),
    median: interval(quantile(differences, 0.5), medians),
    worse: differences.filter((difference) => difference < 0).length / pairs.length,
    better: differences.filter((difference) => difference > 0).length / pairs.length,
    p: wilcoxonSignedRank(differences).p,
    bytes: { before: sumOf(({ before }) => before.bytes), after: sumOf(({ after }) => after.bytes) },
  };
}

/** The median of sorted values that count several times each, or not at all. */
function medianOf(sorted: readonly number[], times: Uint32Array): number {
  const at = (place: number): number => {
    let seen = 0;
    for (let index = 0; index < sorted.length; index++) {
      seen += times[index]!;
      if (seen > place) return sorted[index]!;
    }
    return sorted.at(-1)!;
  };
  const middle = (sorted.length - 1) / 2;
  return (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
}

/** The pairs that lost most, the worst first; pairs that lost nothing are not among them. */
export function worstPairs(pairs: readonly ComparedPair[], count: number): ComparedPair[] {
  return pairs
    .filter(({ difference }) => difference < 0)
    .sort((a, b) => a.difference - b.difference || (a.name < b.name ? -1 : 1))
    .slice(0, count);
}

/** True when a change fails a limit: the whole interval of the mean difference lies below it. */
export function failsLimit({ mean }: ComparisonSummary, failBelow: number): boolean {
  return mean.high < failBelow;
}
