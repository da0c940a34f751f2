/** The bootstrap: an estimate of how much a statistic would vary if other images had been drawn. */
import type { RandomStream } from '../support/random.js';
import { quantiles } from './quantile.js';

/**
 * Draws a resample of the same size with replacement, stated as the number of times that each item is in it.
 * @param times is overwritten.
 */
export function resample(times: Uint32Array, random: RandomStream): void {
  times.fill(0);
  for (let draw = 0; draw < times.length; draw++) times[random.integer(times.length)]!++;
}

/**
 * The percentile interval of a statistic: the middle share of its values on resamples. NaN values are left out;
 * NaN when there are no others.
 * B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979).
 * @param confidence 0..1: .95.
 */
export function percentileInterval(values: ArrayLike<number>, confidence: number): [low: number, high: number] {
  const defined = Float64Array.from(values).filter((value) => !Number.isNaN(value));
  return quantiles(defined, [(1 - confidence) / 2, (1 + confidence) / 2]) as [number, number];
}

/**
 * The two-sided p of no difference, from paired differences on resamples: twice the share of those on the rarer side of 0, the
 * measured sample counted as one of them, so that it is never 0. NaN when no difference is defined.
 */
export function bootstrapP(differences: ArrayLike<number>): number {
  let [defined, below, above] = [0, 0, 0];
  for (let i = 0; i < differences.length; i++) {
    if (Number.isNaN(differences[i])) continue;
    defined++;
    if (differences[i]! <= 0) below++;
    if (differences[i]! >= 0) above++;
  }
  return defined === 0 ? Number.NaN : Math.min(1, (2 * (1 + Math.min(below, above))) / (defined + 1));
}
