// AssemblyScript: arithmetic on the state of training, described in `state-arithmetic.ts`. Pointers are byte offsets into the memory;
// counts are of float32, and whole vectors are read and written: up to three values more.

/** sum += values */
export function add(sum: usize, values: usize, count: i32): void {
  for (let end = sum + ((<usize>count) << 2); sum < end; sum += 16, values += 16) {
    v128.store(sum, f32x4.add(v128.load(sum), v128.load(values)));
  }
}

/**
 * In float64; what follows the values up to a whole vector must be zero. The first four quarters are read side by side.
 * @param quarter bytes, of whole vectors
 */
export function sumOfSquares(values: usize, count: i32, quarter: usize): f64 {
  let a = f64x2.splat(0),
    b = f64x2.splat(0),
    c = f64x2.splat(0),
    d = f64x2.splat(0);
  for (let index: usize = 0; index < quarter; index += 16) {
    a = f64x2.add(a, squares(v128.load(values + index)));
    b = f64x2.add(b, squares(v128.load(values + quarter + index)));
    c = f64x2.add(c, squares(v128.load(values + 2 * quarter + index)));
    d = f64x2.add(d, squares(v128.load(values + 3 * quarter + index)));
  }
  for (let place = values + 4 * quarter, end = values + ((<usize>count) << 2); place < end; place += 16) {
    a = f64x2.add(a, squares(v128.load(place)));
  }
  const sums = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Two sums of two of the four values, in float64. */
function squares(values: v128): v128 {
  const low = f64x2.promote_low_f32x4(values);
  const high = f64x2.promote_low_f32x4(i8x16.shuffle(values, values, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
  return f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high));
}

/** NaN stays NaN. */
function zeroBelow(values: v128, smallest: f32): v128 {
  return v128.andnot(values, f32x4.lt(f32x4.abs(values), f32x4.splat(smallest)));
}

/**
 * m = beta1 m + share1 g, v = beta2 v + share2 (g g), p = kept p - (rate m) / (sqrt(v) + offset): in float32, rounded after every
 * operation; g, m and v are zero where they are smaller than the given limits. The `places` lie `bytes` apart and are computed side by side: of
 * whole vectors, where there is more than one.
 */
export function adamw(
  places: usize,
  bytes: usize,
  parameter: usize,
  first: usize,
  second: usize,
  gradient: usize,
  beta1: f32,
  share1: f32,
  beta2: f32,
  share2: f32,
  rate: f32,
  offset: f32,
  kept: f32,
  smallestGradient: f32,
  smallestFirst: f32,
  smallestSecond: f32,
): void {
  for (let start: usize = 0; start < bytes; start += 16) {
    for (let index = start, end = places * bytes; index < end; index += bytes) {
      const g = zeroBelow(v128.load(gradient + index), smallestGradient);
      const mean = f32x4.add(f32x4.mul(f32x4.splat(beta1), v128.load(first + index)), f32x4.mul(f32x4.splat(share1), g));
      const m = zeroBelow(mean, smallestFirst);
      const squared = f32x4.mul(f32x4.splat(share2), f32x4.mul(g, g));
      const v = zeroBelow(f32x4.add(f32x4.mul(f32x4.splat(beta2), v128.load(second + index)), squared), smallestSecond);
      const step = f32x4.div(f32x4.mul(f32x4.splat(rate), m), f32x4.add(f32x4.sqrt(v), f32x4.splat(offset)));
      v128.store(first + index, m);
      v128.store(second + index, v);
      v128.store(parameter + index, f32x4.sub(f32x4.mul(f32x4.splat(kept), v128.load(parameter + index)), step));
    }
  }
}

/** average += share (values - average) */
export function moveAverage(average: usize, values: usize, count: i32, share: f32): void {
  for (let end = average + ((<usize>count) << 2); average < end; average += 16, values += 16) {
    const own = v128.load(average);
    v128.store(average, f32x4.add(own, f32x4.mul(f32x4.splat(share), f32x4.sub(v128.load(values), own))));
  }
}
