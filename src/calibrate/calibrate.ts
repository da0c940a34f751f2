/** From scores and ratings of the same images to a map onto the scale of the ratings, with the error that it has on images it did not see. */
import {
  fitMap,
  leaveOneOut,
  leaveOneOutMeans,
  type MapKind,
  type MonotonicMap,
  mapKinds,
  negated,
  rootMeanSquare,
} from '../statistics/monotonic-map.js';
import { srcc } from '../statistics/rank-correlation.js';
import { UserError } from '../support/errors.js';

/** Fewer ratings than the first are refused; fewer than the second are warned of. */
const fewestRatings = 10;
export const advisedRatings = 20;

export interface Calibration {
  /** From score to opinion: falls where a lower opinion is better. */
  readonly map: MonotonicMap;
  /** For each image, the opinion by the map of all others. */
  readonly leftOut: readonly number[];
  readonly leaveOneOut: {
    /** Root mean square error, in units of opinion. */
    readonly rmse: number;
    /** Spearman's correlation with the opinions; null where it is not defined. */
    readonly srcc: number | null;
    /** The error of predicting the mean of the others. */
    readonly rmseOfMean: number;
  };
}

/**
 * @param scores of the images, as float32, the type of the file
 * @param kind `auto`: that of the least leave-one-out error
 * @throws UserError for too few or constant ratings, constant scores, and where opinions fall with scores.
 */
export function calibrate(
  scores: readonly number[],
  opinions: readonly number[],
  lowerIsBetter: boolean,
  kind: MapKind | 'auto',
): Calibration {
  if (scores.length < fewestRatings)
    throw new UserError(`${scores.length} rated images are too few: at least ${fewestRatings} are needed, ${advisedRatings} advised.`);
  for (const [values, what] of [
    [opinions, 'opinions'],
    [scores, 'scores'],
  ] as const)
    if (values.every((value) => value === values[0])) throw new UserError(`All ${what} are ${values[0]}: nothing can be fitted to them.`);
  const turned = opinions.map((opinion) => (lowerIsBetter ? -opinion : opinion));
  const correlation = srcc(scores, turned);
  if (!(correlation > 0))
    throw new UserError(
      `Opinions do not rise with the score (rank correlation ${correlation.toFixed(2)}): the model disagrees with them, or ` +
        `${lowerIsBetter ? 'a higher' : 'a lower'} opinion is better, as in ${lowerIsBetter ? 'MOS' : 'DMOS'}: then add --direction ${lowerIsBetter ? 'higher' : 'lower'}.`,
    );
  const candidates = (kind === 'auto' ? mapKinds : [kind]).map((each) => {
    const predicted = leaveOneOut(each, scores, turned);
    return { each, predicted, rmse: rootMeanSquare(predicted, turned) };
  });
  const { each, predicted, rmse } = candidates.reduce((best, other) => (other.rmse < best.rmse ? other : best));
  const fitted = fitMap(each, scores, turned);
  const rank = srcc(predicted, turned);
  return {
    map: lowerIsBetter ? negated(fitted) : fitted,
    leftOut: predicted.map((value) => (lowerIsBetter ? -value : value)),
    leaveOneOut: { rmse, srcc: Number.isNaN(rank) ? null : rank, rmseOfMean: rootMeanSquare(leaveOneOutMeans(turned), turned) },
  };
}

/** A sentence where ratings look like those of two scales in one table, such as 1 to 5 and 0 to 100; undefined otherwise. */
export function mixedScales(opinions: readonly number[]): string | undefined {
  const sorted = [...opinions].sort((a, b) => a - b);
  for (let at = 3; at <= sorted.length - 3; at++) {
    const [low, high] = [sorted[at - 1]!, sorted[at]!];
    if (sorted[0]! < 0 || low > 10 || low <= sorted[0]! || high < 3 * low) continue;
    return `${at} opinions are from ${sorted[0]} to ${low}, the others from ${high} to ${sorted.at(-1)}: are two scales in one table?`;
  }
  return undefined;
}
