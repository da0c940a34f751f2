// AssemblyScript: saturation in HSV, four pixels at a time.
import { narrowSixteen } from './bytes';

/**
 * With hue and value fixed, every channel's distance from the largest is proportional to the saturation.
 * @param source readable, target writable, for some bytes more than the pixels; not the same
 */
export function saturate(source: usize, target: usize, pixels: i32, factor: f32): void {
  const splat = f32x4.splat(factor);
  const zero = i8x16.splat(0);
  for (let pixel = 0; pixel < pixels; pixel += 4, source += 12, target += 12) {
    const bytes = v128.load(source);
    // Four bytes a pixel, and the same with the channels moved on by one and by two.
    const first = v128.shuffle<u8>(bytes, zero, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11, 16);
    const second = v128.shuffle<u8>(bytes, zero, 1, 2, 0, 16, 4, 5, 3, 16, 7, 8, 6, 16, 10, 11, 9, 16);
    const third = v128.shuffle<u8>(bytes, zero, 2, 0, 1, 16, 5, 3, 4, 16, 8, 6, 7, 16, 11, 9, 10, 16);
    const value = i8x16.max_u(first, i8x16.max_u(second, third));
    const distance = i8x16.sub(value, first);
    const result = narrowSixteen(
      saturated(i16x8.extend_low_i8x16_u(value), i16x8.extend_low_i8x16_u(distance), splat, false),
      saturated(i16x8.extend_low_i8x16_u(value), i16x8.extend_low_i8x16_u(distance), splat, true),
      saturated(i16x8.extend_high_i8x16_u(value), i16x8.extend_high_i8x16_u(distance), splat, false),
      saturated(i16x8.extend_high_i8x16_u(value), i16x8.extend_high_i8x16_u(distance), splat, true),
    );
    v128.store(target, v128.shuffle<u8>(result, zero, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 16, 16, 16));
  }
}

/** value - factor distance of one pixel. */
function saturated(value: v128, distance: v128, factor: v128, high: bool): v128 {
  const v = high ? i32x4.extend_high_i16x8_u(value) : i32x4.extend_low_i16x8_u(value);
  const d = high ? i32x4.extend_high_i16x8_u(distance) : i32x4.extend_low_i16x8_u(distance);
  return f32x4.sub(f32x4.convert_i32x4_s(v), f32x4.mul(factor, f32x4.convert_i32x4_u(d)));
}
