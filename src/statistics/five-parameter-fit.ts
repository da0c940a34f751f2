/** The logistic curve of five parameters without bounds, fitted from the start that programs of papers take: what they state figures after. */
import { mean } from './mean.js';
import { checkPairs } from './pairs.js';

/** f(x) = b1 (1/2 - 1 / (1 + exp(b2 (x - b3)))) + b4 x + b5 (Sheikh, Sabir, Bovik 2006); it need not be monotonic. */
export type FiveParameters = readonly [b1: number, b2: number, b3: number, b4: number, b5: number];

export function fiveParameterCurve([b1, b2, b3, b4, b5]: FiveParameters, x: number): number {
  return b1 * (0.5 - 1 / (1 + Math.exp(b2 * (x - b3)))) + b4 * x + b5;
}

const size = 5;

/**
 * Least squares by Levenberg's and Marquardt's method from b = (max y, min y, mean x, .1, .1), as `scipy.optimize.curve_fit` is called by MA-CLIP's
 * authors: a minimum near that start, not the best of all. Where there are several, SciPy's may be another.
 * @returns undefined where x or y is constant.
 * @throws RangeError when the lists differ in length.
 */
export function fitFiveParameters(x: ArrayLike<number>, y: ArrayLike<number>): FiveParameters | undefined {
  const count = checkPairs(x, y);
  const [xs, ys] = [Array.from(x), Array.from(y)];
  const isConstant = (values: readonly number[]): boolean => values.every((value) => value === values[0]);
  if (count < 1 || isConstant(xs) || isConstant(ys)) return undefined;
  const largest = ys.reduce((a, b) => Math.max(a, b));
  const smallest = ys.reduce((a, b) => Math.min(a, b));
  let parameters: FiveParameters = [largest, smallest, mean(xs), 0.1, 0.1];
  let here = linearised(xs, ys, parameters);
  // MINPACK scales by the largest norm of each column so far
  const scales = new Float64Array(size);
  let damping = 1e-3;
  for (let iteration = 0; iteration < 2000 && damping < 1e15; iteration++) {
    for (let at = 0; at < size; at++) scales[at] = Math.max(scales[at]!, here.normal[at * (size + 1)]!);
    const step = solved(here.normal, here.gradient, scales, damping);
    const next = parameters.map((value, at) => value + step[at]!) as unknown as FiveParameters;
    const there = linearised(xs, ys, next);
    if (!(there.error < here.error)) {
      damping *= 4;
      continue;
    }
    const gain = (here.error - there.error) / here.error;
    [parameters, here] = [next, there];
    damping = Math.max(1e-15, damping / 5);
    if (gain < 1e-14) break;
  }
  return parameters;
}

/** J'J, J'(y - f) and the sum of squares. */
function linearised(x: readonly number[], y: readonly number[], parameters: FiveParameters) {
  const [b1, b2, b3] = parameters;
  const normal = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  let error = 0;
  for (const [at, value] of x.entries()) {
    const sigma = 1 / (1 + Math.exp(b2 * (value - b3)));
    const slope = b1 * sigma * (1 - sigma);
    const row = [0.5 - sigma, slope * (value - b3), -slope * b2, value, 1];
    const residual = y[at]! - fiveParameterCurve(parameters, value);
    error += residual * residual;
    for (let i = 0; i < size; i++) {
      gradient[i]! += row[i]! * residual;
      for (let j = 0; j < size; j++) normal[i * size + j]! += row[i]! * row[j]!;
    }
  }
  return { normal, gradient, error };
}

/** (A + damping diag(scales)) step = g, by Gauss' elimination with pivots. */
function solved(normal: Float64Array, gradient: Float64Array, scales: Float64Array, damping: number): Float64Array {
  const rows = Array.from({ length: size }, (_, i) => {
    const row = Array.from(normal.subarray(i * size, (i + 1) * size));
    row[i]! += damping * scales[i]! + 1e-300;
    return [...row, gradient[i]!];
  });
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const own = rows[column]!;
    for (let row = column + 1; row < size; row++) {
      const factor = rows[row]![column]! / own[column]!;
      for (let at = column; at <= size; at++) rows[row]![at]! -= factor * own[at]!;
    }
  }
  const step = new Float64Array(size);
  for (let row = size - 1; row >= 0; row--) {
    let sum = rows[row]![size]!;
    for (let at = row + 1; at < size; at++) sum -= rows[row]![at]! * step[at]!;
    step[row] = sum / rows[row]![row]!;
  }
  return step;
}
