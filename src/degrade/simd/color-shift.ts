// AssemblyScript: shifts the green channel under a mask.

/**
 * target = source, its green moved by (shiftX, shiftY) pixels (bilinear, borders continued) in proportion to the mask: 0 at `low` and 1 at `high`.
 * @param mask [height, pitch] float32
 * @param lines scratch, 3 x (width + 8) float32
 */
export function shiftGreen(
  source: usize,
  target: usize,
  mask: usize,
  lines: usize,
  width: i32,
  height: i32,
  pitch: i32,
  shiftX: f32,
  shiftY: f32,
  low: f32,
  high: f32,
): void {
  const wholeX = <i32>floor(shiftX),
    wholeY = <i32>floor(shiftY);
  const tx = f32x4.splat(shiftX - <f32>wholeX),
    ty = f32x4.splat(shiftY - <f32>wholeY);
  const zero = f32x4.splat(0),
    one = f32x4.splat(1);
  const start = f32x4.splat(high > low ? low : -1);
  const scale = f32x4.splat(high > low ? 1 / (high - low) : 1);
  const rowBytes = <usize>width * 3;
  const lineBytes = (<usize>(width + 8)) << 2;
  const upper = lines,
    lower = lines + lineBytes,
    own = lines + 2 * lineBytes;
  memory.copy(target, source, <usize>height * rowBytes);
  for (let y = 0; y < height; y++) {
    greenLine(source + <usize>min(max(y + wholeY, 0), height - 1) * rowBytes, upper, width, wholeX);
    greenLine(source + <usize>min(max(y + wholeY + 1, 0), height - 1) * rowBytes, lower, width, wholeX);
    greenLine(source + <usize>y * rowBytes, own, width, 0);
    const line = mask + ((<usize>y * pitch) << 2);
    const to = target + <usize>y * rowBytes + 1;
    for (let x = 0; x < width; x += 4) {
      const at = (<usize>x) << 2;
      const a = v128.load(upper + at),
        b = v128.load(lower + at),
        green = v128.load(own + at);
      const above = f32x4.add(a, f32x4.mul(f32x4.sub(v128.load(upper + at, 4), a), tx));
      const below = f32x4.add(b, f32x4.mul(f32x4.sub(v128.load(lower + at, 4), b), tx));
      const moved = f32x4.add(above, f32x4.mul(f32x4.sub(below, above), ty));
      const share = f32x4.pmax(zero, f32x4.pmin(one, f32x4.mul(f32x4.sub(v128.load(line + at), start), scale)));
      // Between greens of the image: within 0..255.
      const value = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.add(green, f32x4.mul(f32x4.sub(moved, green), share))));
      const place = to + <usize>x * 3;
      store<u8>(place, <u8>i32x4.extract_lane(value, 0));
      if (x + 1 < width) store<u8>(place, <u8>i32x4.extract_lane(value, 1), 3);
      if (x + 2 < width) store<u8>(place, <u8>i32x4.extract_lane(value, 2), 6);
      if (x + 3 < width) store<u8>(place, <u8>i32x4.extract_lane(value, 3), 9);
    }
  }
}

/** The green of width + 1 pixels of a row from column `shift` on, borders continued. */
function greenLine(row: usize, line: usize, width: i32, shift: i32): void {
  for (let x = 0; x <= width; x++, line += 4) store<f32>(line, <f32>load<u8>(row + <usize>min(max(x + shift, 0), width - 1) * 3, 1));
}
