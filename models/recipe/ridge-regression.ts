/** Several linear regressions on the same features, with a penalty on the squares of their weights, in closed form. */

/** Targets as linear functions of features: target k of a row x is bias[k] + the sum over i of weights[i * targets + k] x[i]. */
export interface LinearMap {
  /** Number of features. */
  readonly features: number;
  /** Number of targets. */
  readonly targets: number;
  /** [features, targets] */
  readonly weights: Float64Array;
  /** [targets] */
  readonly bias: Float64Array;
}

/** The sums over rows that determine a regression; those of parts of the rows add up. */
export interface RidgeSums {
  readonly rows: number;
  /** Features and a last one that is 1. */
  readonly size: number;
  /** Z'Z, [size, size]; only i <= j is filled in. */
  readonly products: Float64Array;
  /** Z'Y, [size, targets] */
  readonly moments: Float64Array;
  readonly targets: number;
}

/**
 * @param rows features, standardized: the penalty treats them alike
 * @param targets of each row, as many as of any other
 */
export function ridgeSums(rows: readonly ArrayLike<number>[], targets: readonly (readonly number[])[]): RidgeSums {
  const [count, size, wanted] = [rows.length, (rows[0]?.length ?? 0) + 1, targets[0]?.length ?? 0];
  // by feature: sums of products run along memory
  const columns = Array.from({ length: size }, (_, feature) =>
    Float64Array.from(rows, (row) => (feature === size - 1 ? 1 : row[feature]!)),
  );
  const results = Array.from({ length: wanted }, (_, target) => Float64Array.from(targets, (row) => row[target]!));
  const products = new Float64Array(size * size);
  // few columns at a time stay in the cache
  const block = 16;
  for (let first = 0; first < size; first += block) {
    for (let j = first; j < size; j++) {
      for (let i = first; i <= Math.min(j, first + block - 1); i++) products[i * size + j] = productOf(columns[i]!, columns[j]!);
    }
  }
  const moments = Float64Array.from({ length: size * wanted }, (_, index) =>
    productOf(columns[Math.floor(index / wanted)]!, results[index % wanted]!),
  );
  return { rows: count, size, products, moments, targets: wanted };
}

/** The sums of all rows: those of the parts, each times its sign (-1 takes rows out). */
export function combinedSums(parts: readonly (readonly [RidgeSums, 1 | -1])[]): RidgeSums {
  const [[{ size, targets }]] = parts as [(typeof parts)[number]];
  const [products, moments] = [new Float64Array(size * size), new Float64Array(size * targets)];
  let rows = 0;
  for (const [part, sign] of parts) {
    rows += sign * part.rows;
    for (let index = 0; index < products.length; index++) products[index]! += sign * part.products[index]!;
    for (let index = 0; index < moments.length; index++) moments[index]! += sign * part.moments[index]!;
  }
  return { rows, size, products, moments, targets };
}

/**
 * The map that minimizes the mean square of errors + penalty x the sum of squares of weights (not of the bias), for each target.
 * By Cholesky's decomposition of Z'Z + rows x penalty x I.
 * @param penalty above 0
 */
export function ridgeRegression({ rows, size, products, moments, targets }: RidgeSums, penalty: number): LinearMap {
  const factor = products.slice();
  for (let index = 0; index < size - 1; index++) factor[index * size + index]! += rows * penalty;
  decompose(factor, size);
  const solution = moments.slice();
  // U'y = Z'Y, then U x = y, all targets at once
  for (let i = 0; i < size; i++) {
    divideRow(solution, i, targets, factor[i * size + i]!);
    for (let j = i + 1; j < size; j++) subtractRow(solution, j, i, targets, factor[i * size + j]!);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) subtractRow(solution, i, j, targets, factor[i * size + j]!);
    divideRow(solution, i, targets, factor[i * size + i]!);
  }
  const features = size - 1;
  return { features, targets, weights: solution.slice(0, features * targets), bias: solution.slice(features * targets) };
}

/** @returns [targets] */
export function linearMapOf({ features, targets, weights, bias }: LinearMap, row: ArrayLike<number>): Float64Array {
  const result = bias.slice();
  for (let feature = 0; feature < features; feature++) {
    const value = row[feature]!;
    for (let target = 0; target < targets; target++) result[target]! += weights[feature * targets + target]! * value;
  }
  return result;
}

/** A = U'U in place, where i <= j, row by row. */
function decompose(matrix: Float64Array, size: number): void {
  for (let k = 0; k < size; k++) {
    const pivot = Math.sqrt(matrix[k * size + k]!);
    for (let j = k; j < size; j++) matrix[k * size + j]! /= pivot;
    for (let i = k + 1; i < size; i++) {
      const factor = matrix[k * size + i]!;
      if (factor === 0) continue;
      const [from, to] = [k * size, i * size];
      for (let j = i; j < size; j++) matrix[to + j]! -= factor * matrix[from + j]!;
    }
  }
}

function divideRow(values: Float64Array, row: number, width: number, divisor: number): void {
  for (let index = row * width; index < (row + 1) * width; index++) values[index]! /= divisor;
}

function subtractRow(values: Float64Array, row: number, other: number, width: number, factor: number): void {
  for (let index = 0; index < width; index++) values[row * width + index]! -= factor * values[other * width + index]!;
}

/** Four sums at a time: each addition need not wait for the one before. */
function productOf(a: Float64Array, b: Float64Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const whole = a.length - (a.length % 4);
  for (let index = 0; index < whole; index += 4) {
    first += a[index]! * b[index]!;
    second += a[index + 1]! * b[index + 1]!;
    third += a[index + 2]! * b[index + 2]!;
    fourth += a[index + 3]! * b[index + 3]!;
  }
  for (let index = whole; index < a.length; index++) first += a[index]! * b[index]!;
  return first + second + third + fourth;
}
