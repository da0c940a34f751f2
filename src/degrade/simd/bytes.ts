// AssemblyScript: bytes to real numbers and back, and tables of bytes.

/** Rows of `length` bytes to rows of float32 that lie `pitch` values apart; the rest of each row is set to 0. */
export function widenBytes(source: usize, target: usize, length: i32, rows: i32, pitch: i32): void {
  for (let row = 0; row < rows; row++) {
    let from = source + <usize>row * length;
    let to = target + ((<usize>row * pitch) << 2);
    let index = 0;
    for (; index + 4 <= length; index += 4, from += 4, to += 16) v128.store(to, widenFour(from));
    for (; index < length; index++, from++, to += 4) store<f32>(to, <f32>load<u8>(from));
    for (; index < pitch; index++, to += 4) store<f32>(to, 0);
  }
}

/** Four bytes as float32. */
export function widenFour(from: usize): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from))));
}

/** Rounds to the nearest (halves to even) and clips to 0..255. */
export function narrowSixteen(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(f32x4.nearest(a)), i32x4.trunc_sat_f32x4_s(f32x4.nearest(b)));
  const high = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(f32x4.nearest(c)), i32x4.trunc_sat_f32x4_s(f32x4.nearest(d)));
  return i8x16.narrow_i16x8_u(low, high);
}

export function narrowOne(value: f32): u8 {
  return <u8>min(max(nearest(value), 0), 255);
}

/** The inverse of `widenBytes`, rounded and clipped. */
export function narrowRows(source: usize, target: usize, length: i32, rows: i32, pitch: i32): void {
  for (let row = 0; row < rows; row++) {
    let from = source + ((<usize>row * pitch) << 2);
    let to = target + <usize>row * length;
    let index = 0;
    for (; index + 16 <= length; index += 16, from += 64, to += 16) {
      v128.store(to, narrowSixteen(v128.load(from), v128.load(from, 16), v128.load(from, 32), v128.load(from, 48)));
    }
    for (; index < length; index++, from += 4, to++) store<u8>(to, narrowOne(load<f32>(from)));
  }
}

/** target[i] = table[source[i]], with a table of 256 bytes. */
export function lookUpBytes(source: usize, target: usize, count: i32, table: usize): void {
  let index = 0;
  for (; index + 8 <= count; index += 8) {
    const word = load<u64>(source + index);
    const low: u64 =
      <u64>load<u8>(table + <usize>(word & 255)) |
      ((<u64>load<u8>(table + <usize>((word >> 8) & 255))) << 8) |
      ((<u64>load<u8>(table + <usize>((word >> 16) & 255))) << 16) |
      ((<u64>load<u8>(table + <usize>((word >> 24) & 255))) << 24);
    const high: u64 =
      <u64>load<u8>(table + <usize>((word >> 32) & 255)) |
      ((<u64>load<u8>(table + <usize>((word >> 40) & 255))) << 8) |
      ((<u64>load<u8>(table + <usize>((word >> 48) & 255))) << 16) |
      ((<u64>load<u8>(table + <usize>(word >> 56))) << 24);
    store<u64>(target + index, low | (high << 32));
  }
  for (; index < count; index++) store<u8>(target + index, load<u8>(table + <usize>load<u8>(source + index)));
}

/** target[i] = (2 curve[source[i]] + target[i]) / 3, with a curve of 256 float32; buffers reach a multiple of 16. */
export function mixWithCurve(source: usize, target: usize, count: i32, curve: usize): void {
  for (let index = 0; index < count; index += 16, source += 16, target += 16) {
    v128.store(
      target,
      narrowSixteen(
        mixed(source, target, curve),
        mixed(source + 4, target + 4, curve),
        mixed(source + 8, target + 8, curve),
        mixed(source + 12, target + 12, curve),
      ),
    );
  }
}

function mixed(source: usize, target: usize, curve: usize): v128 {
  let value = v128.load32_zero(curve + ((<usize>load<u8>(source)) << 2));
  value = v128.load_lane<f32>(curve + ((<usize>load<u8>(source, 1)) << 2), value, 1);
  value = v128.load_lane<f32>(curve + ((<usize>load<u8>(source, 2)) << 2), value, 2);
  value = v128.load_lane<f32>(curve + ((<usize>load<u8>(source, 3)) << 2), value, 3);
  return f32x4.mul(f32x4.add(f32x4.add(value, value), widenFour(target)), f32x4.splat(<f32>(1.0 / 3.0)));
}
