// AssemblyScript: displaces every pixel.
import { widenFour } from './bytes';

/**
 * target(x, y) = source(x + deviation field(x, y)[0], y + deviation field(x, y)[1]), bilinear, borders continued.
 * @param source readable, target writable, for some bytes more than the image
 * @param field [height, width, 2] float32
 */
export function displace(source: usize, target: usize, field: usize, width: i32, height: i32, deviation: f32): void {
  const lastX = width - 1,
    lastY = height - 1;
  const last = f32x4(<f32>lastX, <f32>lastY, 0, 0);
  const zero = f32x4.splat(0),
    half = f32x4.splat(0.5),
    scale = f32x4.splat(deviation);
  const rowBytes = width * 3;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, target += 3, field += 8) {
      const moved = f32x4.add(f32x4(<f32>x, <f32>y, 0, 0), f32x4.mul(scale, v128.load64_zero(field)));
      const position = f32x4.pmax(zero, f32x4.pmin(last, moved));
      const whole = i32x4.trunc_sat_f32x4_s(position);
      const fraction = f32x4.sub(position, f32x4.convert_i32x4_s(whole));
      const left = i32x4.extract_lane(whole, 0),
        top = i32x4.extract_lane(whole, 1);
      const tx = v128.shuffle<f32>(fraction, fraction, 0, 0, 0, 0),
        ty = v128.shuffle<f32>(fraction, fraction, 1, 1, 1, 1);
      const at = source + top * rowBytes + left * 3;
      const right: usize = left < lastX ? 3 : 0;
      const below: usize = top < lastY ? rowBytes : 0;
      const a = widenFour(at),
        b = widenFour(at + below);
      const upper = f32x4.add(a, f32x4.mul(f32x4.sub(widenFour(at + right), a), tx));
      const lower = f32x4.add(b, f32x4.mul(f32x4.sub(widenFour(at + below + right), b), tx));
      const value = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.add(upper, f32x4.mul(f32x4.sub(lower, upper), ty)), half));
      const words = i16x8.narrow_i32x4_s(value, value);
      v128.store32_lane(target, i8x16.narrow_i16x8_u(words, words), 0);
    }
  }
}
