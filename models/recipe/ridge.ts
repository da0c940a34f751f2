/** Linear regression with a penalty: the head of the shipped model, fitted in seconds to features that are computed once. */

export interface Standardization {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Standardized features beyond this are cut off: an unusual image must not get an unusual score by one of them. */
export const largestDeviation = 4;

/** Mean and deviation of every feature over all rows; the deviation of one that hardly varies, such as a dead channel, is a fiftieth of its mean and a thousandth at least. */
export function standardizationOf(rows: readonly Float32Array[]): Standardization {
  const size = rows[0]!.length;
  const [mean, squares] = [new Float64Array(size), new Float64Array(size)];
  for (const row of rows) for (let index = 0; index < size; index++) mean[index]! += row[index]! / rows.length;
  for (const row of rows) for (let index = 0; index < size; index++) squares[index]! += (row[index]! - mean[index]!) ** 2 / rows.length;
  return { mean, deviation: squares.map((square, index) => Math.sqrt(square) + 0.02 * Math.abs(mean[index]!) + 1e-3) };
}

export function standardize(row: Float32Array, { mean, deviation }: Standardization, gains: Float64Array): Float64Array {
  return Float64Array.from(row, (value, index) => {
    const standardized = (value - mean[index]!) / deviation[index]!;
    return gains[index]! * Math.max(-largestDeviation, Math.min(largestDeviation, standardized));
  });
}

/**
 * The weights w that minimize |Z w - (y - mean(y))|^2 + penalty x features x |w|^2, by conjugate gradients.
 * @param rows Z, standardized
 * @param targets y
 */
export function ridge(rows: readonly Float64Array[], targets: readonly number[], penalty: number): Float64Array {
  const size = rows[0]!.length;
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  const applied = (vector: Float64Array): Float64Array => {
    const result = vector.map((value) => penalty * size * value);
    for (const row of rows) add(result, row, dot(row, vector));
    return result;
  };
  const weights = new Float64Array(size);
  const residual = new Float64Array(size);
  for (const [index, row] of rows.entries()) add(residual, row, targets[index]! - mean);
  const direction = Float64Array.from(residual);
  let square = dot(residual, residual);
  const enough = square * 1e-16;
  for (let iteration = 0; square > enough && iteration < size; iteration++) {
    const image = applied(direction);
    const curvature = dot(direction, image);
    // so small a gradient that its square is none
    if (curvature === 0) break;
    const step = square / curvature;
    add(weights, direction, step);
    add(residual, image, -step);
    const next = dot(residual, residual);
    direction.forEach((value, index) => {
      direction[index] = residual[index]! + (next / square) * value;
    });
    square = next;
  }
  return weights;
}

function add(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++) target[index]! += factor * vector[index]!;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
