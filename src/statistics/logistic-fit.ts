/** The usual curve from objective scores to opinions: correlation and error are stated after it, so that no scale is favored. */
import { checkPairs } from './pairs.js';

/**
 * The monotonic logistic function of the Video Quality Experts Group, with four parameters:
 * f(x) = lower + (upper - lower) / (1 + exp(-(x - middle) / width)).
 * VQEG, "Final report from the Video Quality Experts Group on the validation of objective models of video quality assessment,
 * phase II", 2003.
 */
export interface LogisticCurve {
  /** Limit of the curve for small x. */
  readonly lower: number;
  /** Limit for large x; below `lower` when y falls with x. */
  readonly upper: number;
  readonly middle: number;
  /** Positive. */
  readonly width: number;
}

/** The curve's value. */
export function logistic({ lower, upper, middle, width }: LogisticCurve, x: number): number {
  return lower + (upper - lower) / (1 + Math.exp(-(x - middle) / width));
}

export interface LogisticFitOptions {
  /** The number of times that each pair counts, not negative; default: 1. */
  readonly weights?: ArrayLike<number>;
  /** A curve likely to be close, such as that of nearly the same data. */
  readonly near?: LogisticCurve;
}

/**
 * The curve with the least sum of squared differences, by Levenberg's and Marquardt's method from several starts. x and y are
 * brought to mean 0 and standard deviation 1 first. The bend of the curve stays visible: `middle` is among the values of
 * x, `width` from 1/20 of their standard deviation (narrower is a step between two of them) to 20 (wider is a straight line).
 * @returns undefined when x or y is constant.
 * @throws RangeError when the lists differ in length.
 */
export function fitLogistic(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { weights, near }: LogisticFitOptions = {},
): LogisticCurve | undefined {
  const count = checkPairs(x, y);
  const weight = Float64Array.from({ length: count }, (_, index) => weights?.[index] ?? 1);
  const scaleX = momentsOf(x, weight);
  const scaleY = momentsOf(y, weight);
  if (!(scaleX.deviation > 0) || !(scaleY.deviation > 0)) return undefined;
  const free = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  const middles = [(scaleX.low - scaleX.mean) / scaleX.deviation, (scaleX.high - scaleX.mean) / scaleX.deviation] as const;
  const data: Standardised = {
    bounds: [free, free, middles, [Math.log(1 / 20), Math.log(20)]],
    x: Float64Array.from(x, (value) => (value - scaleX.mean) / scaleX.deviation),
    y: Float64Array.from(y, (value) => (value - scaleY.mean) / scaleY.deviation),
    weight,
  };
  const starts = near === undefined ? startsFor(data) : [within(standardised(near, scaleX, scaleY), data.bounds)];
  const fits = starts.map((start) => descend(data, start));
  const best = fits.reduce((least, fit) => (fit.error < least.error ? fit : least));
  const [lower, rise, middle, logWidth] = best.parameters;
  return {
    lower: scaleY.mean + scaleY.deviation * lower,
    upper: scaleY.mean + scaleY.deviation * (lower + rise),
    middle: scaleX.mean + scaleX.deviation * middle,
    width: scaleX.deviation * Math.exp(logWidth),
  };
}

interface Standardised {
  /** Bounds of each parameter. */
  readonly bounds: readonly (readonly [low: number, high: number])[];
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weight: Float64Array;
}

interface Moments {
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly deviation: number;
}

/** lower, upper - lower, middle, logarithm of the width. */
type Parameters = readonly [lower: number, rise: number, middle: number, logWidth: number];

/** Least and greatest value with weight, weighted mean and standard deviation, exactly 0 for a constant. */
function momentsOf(values: ArrayLike<number>, weight: Float64Array): Moments {
  let [sum, total, low, high] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < weight.length; i++) {
    if (weight[i] === 0) continue;
    sum += weight[i]! * values[i]!;
    total += weight[i]!;
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  const mean = sum / total;
  if (low === high) return { low, high, mean, deviation: 0 };
  let squares = 0;
  for (let i = 0; i < weight.length; i++) if (weight[i] !== 0) squares += weight[i]! * (values[i]! - mean) ** 2;
  return { low, high, mean, deviation: Math.sqrt(squares / total) };
}

/** A gentle and a steep curve that rise or fall as the data do. */
function startsFor({ x, y, weight }: Standardised): Parameters[] {
  let slope = 0;
  for (let i = 0; i < x.length; i++) slope += weight[i]! * x[i]! * y[i]!;
  const rise = slope < 0 ? -4 : 4;
  return [0.25, 1, 3].map((width) => [-rise / 2, rise, 0, Math.log(width)]);
}

function standardised({ lower, upper, middle, width }: LogisticCurve, x: Moments, y: Moments): Parameters {
  return [(lower - y.mean) / y.deviation, (upper - lower) / y.deviation, (middle - x.mean) / x.deviation, Math.log(width / x.deviation)];
}

function within(parameters: readonly number[], bounds: Standardised['bounds']): Parameters {
  const inside = parameters.map((value, index) => Math.max(bounds[index]![0], Math.min(bounds[index]![1], value)));
  return inside as unknown as Parameters;
}

interface Fit {
  readonly parameters: Parameters;
  /** Sum of squared differences. */
  readonly error: number;
}

/** K. Madsen, H. B. Nielsen, O. Tingleff, "Methods for non-linear least squares problems", 2004, with Marquardt's scaling of the damping. */
function descend(data: Standardised, start: Parameters): Fit {
  let parameters = start;
  let { error, normal, gradient } = linearise(data, parameters);
  let damping = 1e-3;
  for (let iteration = 0; iteration < 200 && damping < 1e12; iteration++) {
    holdAtBounds(parameters, data.bounds, normal, gradient);
    const step = solve(normal, gradient, damping);
    const next = within(
      parameters.map((value, index) => value + step[index]!),
      data.bounds,
    );
    const there = linearise(data, next);
    if (!(there.error < error)) {
      damping *= 8;
      continue;
    }
    const gain = (error - there.error) / error;
    parameters = next;
    ({ error, normal, gradient } = there);
    damping = Math.max(1e-12, damping / 8);
    if (gain < 1e-11) break;
  }
  return { parameters, error };
}

/** Takes parameters that would leave their bounds out of the step. */
function holdAtBounds(parameters: Parameters, bounds: Standardised['bounds'], normal: Float64Array, gradient: Float64Array): void {
  for (const [index, value] of parameters.entries()) {
    const [low, high] = bounds[index]!;
    if ((value > low || gradient[index]! > 0) && (value < high || gradient[index]! < 0)) continue;
    gradient[index] = 0;
    for (let other = 0; other < 4; other++) {
      normal[index * 4 + other] = 0;
      normal[other * 4 + index] = 0;
    }
    normal[index * 5] = 1;
  }
}

/** J'J (rows below each other) and J'r of the differences r = y - f. */
function linearise({ x, y, weight }: Standardised, [lower, rise, middle, logWidth]: Parameters) {
  const width = Math.exp(logWidth);
  const normal = new Float64Array(16);
  const gradient = new Float64Array(4);
  let error = 0;
  for (let i = 0; i < x.length; i++) {
    const w = weight[i]!;
    if (w === 0) continue;
    const t = (x[i]! - middle) / width;
    const sigma = 1 / (1 + Math.exp(-t));
    const slope = -rise * sigma * (1 - sigma);
    const residual = y[i]! - lower - rise * sigma;
    const [j1, j2, j3] = [sigma, slope / width, slope * t];
    error += w * residual * residual;
    gradient[0]! += w * residual;
    gradient[1]! += w * j1 * residual;
    gradient[2]! += w * j2 * residual;
    gradient[3]! += w * j3 * residual;
    normal[0]! += w;
    normal[1]! += w * j1;
    normal[2]! += w * j2;
    normal[3]! += w * j3;
    normal[5]! += w * j1 * j1;
    normal[6]! += w * j1 * j2;
    normal[7]! += w * j1 * j3;
    normal[10]! += w * j2 * j2;
    normal[11]! += w * j2 * j3;
    normal[15]! += w * j3 * j3;
  }
  for (let row = 1; row < 4; row++) for (let column = 0; column < row; column++) normal[row * 4 + column] = normal[column * 4 + row]!;
  return { error, normal, gradient };
}

/** Solves (A + damping diag(A)) step = g for a positive semidefinite A of 4x4, by Cholesky's decomposition. */
function solve(normal: Float64Array, gradient: Float64Array, damping: number): Float64Array {
  const factor = new Float64Array(16);
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = normal[row * 4 + column]!;
      if (row === column) sum += damping * sum + Number.MIN_VALUE;
      for (let k = 0; k < column; k++) sum -= factor[row * 4 + k]! * factor[column * 4 + k]!;
      // When the columns are dependent up to rounding, the step along them is 0.
      if (row === column) factor[row * 5] = Math.sqrt(Math.max(sum, 1e-300));
      else factor[row * 4 + column] = sum / factor[column * 5]!;
    }
  }
  const step = Float64Array.from(gradient);
  for (let row = 0; row < 4; row++) {
    for (let k = 0; k < row; k++) step[row]! -= factor[row * 4 + k]! * step[k]!;
    step[row]! /= factor[row * 5]!;
  }
  for (let row = 3; row >= 0; row--) {
    for (let k = row + 1; k < 4; k++) step[row]! -= factor[k * 4 + row]! * step[k]!;
    step[row]! /= factor[row * 5]!;
  }
  return step;
}
