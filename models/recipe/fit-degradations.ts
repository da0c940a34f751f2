/** Fits what tells an image's degradations, without opinions: crops of known distortions, one regression for each distortion, in closed form. */

import { type DegradationFigures, figuresOf, type Judged } from '#antonym/export/degradations/degradation-figures.js';
import { type DegradationGroup, degradationGroups } from '#antonym/heads/degradation-groups.js';
import { calibrate, scaledMap } from './calibrate-degradations.js';
import { type DegradationProbe, degradationsOfRow } from './degradation-probe.js';
import { type DegradationSample, groupOf, type KnownDistortion } from './degradation-samples.js';
import { combinedSums, type LinearMap, linearMapOf, type RidgeSums, ridgeRegression, ridgeSums } from './ridge-regression.js';

export interface DegradationFit {
  readonly probe: DegradationProbe;
  /** Values from which on groups are reported. */
  readonly thresholds: readonly number[];
  readonly figures: DegradationFigures;
}

const folds = 5;
/** Beside features of variance 1. */
const usualPenalties = [0.003, 0.03, 0.3] as const;

/** A regression: one distortion in one direction. */
interface Member {
  readonly key: string;
  readonly group: DegradationGroup;
}

/**
 * Every number but the final weights comes from regressions that did not see the photograph: photographs are left out in five parts.
 * @param samples of at least two photographs, some pristine, and of each group some that have it
 * @param judges photographs that calibrate and measure; default: all
 * @param gainOf the weight of a feature of variance 1 before the penalty: 0 leaves it out; default: 1
 * @param penalties are tried; squared errors on photographs that are left out choose
 * @returns undefined where the samples do not suffice
 */
export function fitDegradations(
  samples: readonly DegradationSample[],
  {
    judges,
    gainOf = () => 1,
    penalties = usualPenalties,
  }: {
    readonly judges?: ReadonlySet<string> | undefined;
    readonly gainOf?: (feature: number) => number;
    readonly penalties?: readonly number[];
  } = {},
): DegradationFit | undefined {
  const members = membersOf(samples);
  const images = [...new Set(samples.map(({ image }) => image))].sort();
  const judged = samples.filter(({ image }) => judges === undefined || judges.has(image));
  const isEnough =
    images.length > 1 &&
    degradationGroups.every(
      (group) => members.some((member) => member.group === group) && judged.some((sample) => strengthOf(sample, group) === 1),
    ) &&
    judged.some(({ distortions }) => distortions.length === 0);
  if (!isEnough) return undefined;
  const scaling = scalingOf(samples, gainOf);
  const parts = partsOf(samples, images);
  const rows = parts.map((part) => part.map(({ features }) => scaled(features, scaling)));
  const targets = parts.map((part) => part.map((sample) => members.map((member) => targetOf(sample, member))));
  const sums = parts.map((_, index) => ridgeSums(rows[index]!, targets[index]!));
  const whole = combinedSums(sums.map((part) => [part, 1]));
  const tried = penalties.map((penalty) => leftOut(whole, sums, rows, targets, penalty));
  const best = tried.reduce((least, candidate) => (candidate.error < least.error ? candidate : least));
  const counts = degradationGroups.map((group) => members.filter((member) => member.group === group).length);
  const predictions = parts.flatMap((part, index) =>
    part.map((sample, row) => ({ sample, all: best.predictions[index]![row]! })).filter(({ sample }) => judges?.has(sample.image) ?? true),
  );
  const ends = counts.map((_, group) => counts.slice(0, group + 1).reduce((sum, count) => sum + count, 0));
  const largestOf = (all: Float64Array): number[] =>
    counts.map((count, group) => Math.max(...all.subarray(ends[group]! - count, ends[group]!)));
  const calibration = calibrate(
    predictions.filter(({ sample }) => sample.distortions.length === 0).map(({ all }) => largestOf(all)),
    degradationGroups.map((group) =>
      predictions
        .filter(({ sample }) => strengthOf(sample, group) === 1)
        .map(({ all }) => largestOf(all)[degradationGroups.indexOf(group)]!),
    ),
    predictions
      .filter(({ sample: { distortions } }) => distortions.length === 1 && distortions[0]!.strength >= 0.6 - 1e-9)
      .map(({ sample, all }) => ({ values: largestOf(all), group: degradationGroups.indexOf(groupOf(sample.distortions[0]!.name)) })),
  );
  const adjusted = (map: LinearMap): DegradationProbe => ({ map: scaledMap(map, calibration), members: counts });
  const judge = adjusted(identityOf(members.length));
  const results = predictions.map(
    ({ sample, all }): Judged => ({
      groups: degradationGroups.map((group) => strengthOf(sample, group)),
      distortions: sample.distortions.length,
      values: degradationsOfRow(all, judge),
    }),
  );
  const { thresholds } = calibration;
  const photographs = new Set(predictions.map(({ sample }) => sample.image)).size;
  const final = unscaled(ridgeRegression(whole, best.penalty), scaling);
  return { probe: adjusted(final), thresholds, figures: figuresOf(results, thresholds, photographs) };
}

function membersOf(samples: readonly DegradationSample[]): Member[] {
  const keys = new Map(samples.flatMap(({ distortions }) => distortions.map((known) => [keyOf(known), groupOf(known.name)] as const)));
  const members = [...keys].map(([key, group]) => ({ key, group })).sort((a, b) => (a.key < b.key ? -1 : 1));
  return degradationGroups.flatMap((group) => members.filter((member) => member.group === group));
}

function keyOf({ name, sign }: KnownDistortion): string {
  return `${name} ${sign}`;
}

function targetOf({ distortions }: DegradationSample, { key }: Member): number {
  return distortions.find((known) => keyOf(known) === key)?.strength ?? 0;
}

/** The strength of a group in a crop, 0..1. */
function strengthOf({ distortions }: DegradationSample, group: DegradationGroup): number {
  return Math.max(0, ...distortions.filter(({ name }) => groupOf(name) === group).map(({ strength }) => strength));
}

/** The samples of one photograph are in one part. */
function partsOf(samples: readonly DegradationSample[], images: readonly string[]): DegradationSample[][] {
  const count = Math.min(folds, images.length);
  const partOf = new Map(images.map((image, index) => [image, index % count]));
  return Array.from({ length: count }, (_, part) => samples.filter(({ image }) => partOf.get(image) === part));
}

/** Predictions for every part by the regressions on the others, and the mean of their squared errors. */
function leftOut(
  whole: RidgeSums,
  sums: readonly RidgeSums[],
  rows: readonly (readonly Float64Array[])[],
  targets: readonly (readonly number[][])[],
  penalty: number,
): { penalty: number; predictions: Float64Array[][]; error: number } {
  const predictions = sums.map((part, index) => {
    const map = ridgeRegression(
      combinedSums([
        [whole, 1],
        [part, -1],
      ]),
      penalty,
    );
    return rows[index]!.map((row) => linearMapOf(map, row));
  });
  let error = 0;
  for (const [part, list] of predictions.entries())
    for (const [row, values] of list.entries())
      for (const [target, value] of values.entries()) error += (value - targets[part]![row]![target]!) ** 2 / whole.rows;
  return { penalty, predictions, error };
}

interface Scaling {
  /** Number of features. */
  readonly size: number;
  /** Those that are used. */
  readonly used: readonly number[];
  readonly mean: Float64Array;
  readonly factor: Float64Array;
}

/** Mean 0 and the gain as deviation of every feature that is used and varies: the others are left out. */
function scalingOf(samples: readonly DegradationSample[], gainOf: (feature: number) => number): Scaling {
  const size = samples[0]!.features.length;
  const [mean, squares] = [new Float64Array(size), new Float64Array(size)];
  for (const { features } of samples) for (let index = 0; index < size; index++) mean[index]! += features[index]! / samples.length;
  for (const { features } of samples)
    for (let index = 0; index < size; index++) squares[index]! += (features[index]! - mean[index]!) ** 2 / samples.length;
  const used = [...squares.keys()].filter((feature) => squares[feature]! > 1e-12 && gainOf(feature) > 0);
  return { size, used, mean, factor: squares.map((square, feature) => gainOf(feature) / Math.sqrt(square)) };
}

function scaled(features: ArrayLike<number>, { used, mean, factor }: Scaling): Float64Array {
  return Float64Array.from(used, (feature) => (features[feature]! - mean[feature]!) * factor[feature]!);
}

/** The map that takes all features as they are. */
function unscaled({ targets, weights, bias }: LinearMap, { size, used, mean, factor }: Scaling): LinearMap {
  const own = new Float64Array(size * targets);
  const shifted = bias.slice();
  for (const [index, feature] of used.entries()) {
    for (let target = 0; target < targets; target++) {
      const weight = weights[index * targets + target]! * factor[feature]!;
      own[feature * targets + target] = weight;
      shifted[target]! -= weight * mean[feature]!;
    }
  }
  return { features: size, targets, weights: own, bias: shifted };
}

function identityOf(size: number): LinearMap {
  const weights = Float64Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0));
  return { features: size, targets: size, weights, bias: new Float64Array(size) };
}
