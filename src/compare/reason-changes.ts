/** The effect of a change on pictures, by reason: how much stronger each group of distortions became. */

import { type Degradations, nameOfGroup } from '../score/degradations.js';
import { percentileInterval, resample } from '../statistics/bootstrap.js';
import { mean } from '../statistics/mean.js';
import { randomStream } from '../support/random.js';
import type { ComparedPair, ComparisonBootstrap, Interval } from './comparison.js';

/** One group of distortions, over all pictures. */
export interface ReasonChange {
  readonly group: string;
  /** Mean strengths, 0 (nothing of the group) to 1. */
  readonly before: number;
  readonly after: number;
  /** Their difference: positive is stronger after the change, which is worse. */
  readonly difference: Interval;
  /** Number of pictures in which the group reaches its threshold, which few pristine photographs do. */
  readonly reported: { readonly before: number; readonly after: number };
}

/**
 * The change of each group, in the order of the model's groups.
 * @param pairs not empty, each with degradations
 * @param described the groups with their thresholds
 */
export function reasonChanges(
  pairs: readonly ComparedPair[],
  { groups, thresholds }: { readonly groups: readonly string[]; readonly thresholds: readonly number[] },
  { resamples, seed, confidence }: ComparisonBootstrap,
): ReasonChange[] {
  const random = randomStream(seed, 'compare', 'reasons');
  const times = new Uint32Array(pairs.length);
  const means = groups.map(() => new Float64Array(resamples));
  const differences = groups.map((group) =>
    pairs.map((pair) => strengthIn(pair.after.degradations, group) - strengthIn(pair.before.degradations, group)),
  );
  for (let index = 0; index < resamples; index++) {
    resample(times, random);
    for (const [place, values] of differences.entries())
      means[place]![index] = values.reduce((sum, value, pair) => sum + times[pair]! * value, 0) / pairs.length;
  }
  return groups.map((group, place) => {
    const strengths = (when: 'before' | 'after'): number[] => pairs.map((pair) => strengthIn(pair[when].degradations, group));
    const [before, after] = [strengths('before'), strengths('after')];
    const reported = (values: readonly number[]): number => values.filter((value) => value >= thresholds[place]!).length;
    const [low, high] = percentileInterval(means[place]!, confidence);
    return {
      group,
      before: mean(before),
      after: mean(after),
      difference: { value: mean(differences[place]!), low, high },
      reported: { before: reported(before), after: reported(after) },
    };
  });
}

/** `More compression (+0.31), blur (+0.10).` of the groups that clearly became stronger, the largest difference first. */
export function describeReasonChanges(changes: readonly ReasonChange[]): string {
  const stronger = changes.filter(({ difference }) => difference.low > 0).sort((a, b) => b.difference.value - a.difference.value);
  if (stronger.length === 0) return 'No group of distortions became clearly stronger.';
  return `More ${stronger.map(({ group, difference }) => `${nameOfGroup(group)} (+${difference.value.toFixed(2)})`).join(', ')}.`;
}

/** The group that became stronger most in a picture: `compression +0.52`; undefined where none did, or none was asked for. */
export function strongestChange({ before, after }: ComparedPair): string | undefined {
  if (before.degradations === undefined || after.degradations === undefined) return undefined;
  const [first] = Object.entries(after.degradations)
    .map(([group, strength]) => ({ group, difference: strength - strengthIn(before.degradations, group) }))
    .sort((a, b) => b.difference - a.difference);
  return first !== undefined && first.difference >= 0.005 ? `${nameOfGroup(first.group)} +${first.difference.toFixed(2)}` : undefined;
}

function strengthIn(degradations: Degradations | undefined, group: string): number {
  return degradations?.[group] ?? Number.NaN;
}
