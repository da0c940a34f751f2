/** Maps from one scale to another that keep the order: fitted, evaluated, and judged by leaving one pair out at a time. */

import { fitIsotonic, type IsotonicSteps } from './isotonic-fit.js';
import { fitLogistic, type LogisticCurve, logistic } from './logistic-fit.js';
import { mean } from './mean.js';
import { fitSlopedLogistic, type SlopedLogisticCurve } from './sloped-logistic-fit.js';

/** The kinds, the one with the fewest parameters first. */
export const mapKinds = ['logistic4', 'logistic5', 'isotonic'] as const;
export type MapKind = (typeof mapKinds)[number];

export type MonotonicMap =
  | ({ readonly kind: 'logistic4' } & LogisticCurve)
  | ({ readonly kind: 'logistic5' } & SlopedLogisticCurve)
  | ({ readonly kind: 'isotonic' } & IsotonicSteps);

/** The map's value. */
export function mapped(map: MonotonicMap, x: number): number {
  if (map.kind === 'logistic4') return logistic(map, x);
  if (map.kind === 'logistic5') return logistic(map, x) + map.slope * x;
  const { x: at, y } = map;
  const after = at.findIndex((corner) => corner >= x);
  if (after === 0) return y[0]!;
  if (after < 0) return y.at(-1)!;
  const share = (x - at[after - 1]!) / (at[after]! - at[after - 1]!);
  return y[after - 1]! + share * (y[after]! - y[after - 1]!);
}

/** The map whose values are the negative: it falls where the other rises. */
export function negated(map: MonotonicMap): MonotonicMap {
  if (map.kind === 'isotonic') return { ...map, y: map.y.map((value) => -value) };
  const turned = { ...map, lower: -map.lower, upper: -map.upper };
  return turned.kind === 'logistic5' ? { ...turned, slope: -turned.slope } : turned;
}

/**
 * The map of least squares that never falls; the mean of y where none rises with x.
 * @throws RangeError when the lists differ in length.
 */
export function fitMap(kind: MapKind, x: readonly number[], y: readonly number[]): MonotonicMap {
  if (kind === 'isotonic') return { kind, ...fitIsotonic(x, y) };
  const level = mean(y);
  const constant = { lower: level, upper: level, middle: mean(x), width: 1 };
  if (kind === 'logistic5') return { kind, ...(fitSlopedLogistic(x, y) ?? { ...constant, slope: 0 }) };
  const curve = fitLogistic(x, y);
  return { kind, ...(curve && curve.upper >= curve.lower ? curve : constant) };
}

/** The value that each pair gets from the map of all others. */
export function leaveOneOut(kind: MapKind, x: readonly number[], y: readonly number[]): number[] {
  return x.map((value, index) => mapped(fitMap(kind, without(x, index), without(y, index)), value));
}

/** The mean of all others, for each: what a map has to beat. */
export function leaveOneOutMeans(y: readonly number[]): number[] {
  const sum = y.reduce((total, value) => total + value, 0);
  return y.map((value) => (sum - value) / (y.length - 1));
}

/** Root mean square of the differences. */
export function rootMeanSquare(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(mean(a.map((value, index) => (value - b[index]!) ** 2)));
}

function without(values: readonly number[], index: number): number[] {
  return [...values.slice(0, index), ...values.slice(index + 1)];
}
