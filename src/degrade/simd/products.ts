// AssemblyScript: sums of two products of int16, exact in int32: interleave two vectors, then `i32x4.dot_i16x8_s` with two weights.

/** a and b interleaved: the first four of each. */
export function pairsLow(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** a and b interleaved: the last four of each. */
export function pairsHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Two weights for `i32x4.dot_i16x8_s` over interleaved values. */
export function weights(a: i32, b: i32): v128 {
  return i32x4.splat((a & 0xffff) | (b << 16));
}
