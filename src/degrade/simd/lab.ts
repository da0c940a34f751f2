// AssemblyScript: sRGB bytes to CIELAB and back, four pixels at a time.

// Linear sRGB to XYZ relative to the white of D65 (Lindbloom's matrix, each row over its sum, so that gray has a* = b* = 0).
const whiteX: f32 = 0.4124564 + 0.3575761 + 0.1804375;
const whiteZ: f32 = 0.0193339 + 0.119192 + 0.9503041;

/** f(t) of CIELAB for t >= 0. */
function curve(t: v128): v128 {
  // A third of the exponent, as a first guess of the cube root, within 4 %; each of Halley's steps triples the digits.
  const third = f32x4.mul(f32x4.convert_i32x4_s(t), f32x4.splat(1.0 / 3.0));
  let root = i32x4.add(i32x4.trunc_sat_f32x4_s(third), i32x4.splat(0x2a5137a0));
  for (let step = 0; step < 2; step++) {
    const cube = f32x4.mul(f32x4.mul(root, root), root);
    const above = f32x4.add(cube, f32x4.add(t, t));
    const below = f32x4.add(f32x4.add(cube, cube), t);
    root = f32x4.mul(root, f32x4.div(above, below));
  }
  const linear = f32x4.add(f32x4.mul(t, f32x4.splat(<f32>(841.0 / 108.0))), f32x4.splat(<f32>(4.0 / 29.0)));
  return v128.bitselect(root, linear, f32x4.gt(t, f32x4.splat(<f32>(216.0 / 24389.0))));
}

/** The inverse of `curve`. */
function inverseCurve(value: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(value, value), value);
  const linear = f32x4.mul(f32x4.sub(value, f32x4.splat(<f32>(4.0 / 29.0))), f32x4.splat(<f32>(108.0 / 841.0)));
  return v128.bitselect(cube, linear, f32x4.gt(value, f32x4.splat(<f32>(6.0 / 29.0))));
}

/** x a + y b + z c. */
function weigh(x: v128, a: f32, y: v128, b: f32, z: v128, c: f32): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(x, f32x4.splat(a)), f32x4.mul(y, f32x4.splat(b))), f32x4.mul(z, f32x4.splat(c)));
}

function gather(table: usize, source: usize): v128 {
  let values = v128.load32_zero(table + ((<usize>load<u8>(source)) << 2));
  values = v128.load_lane<f32>(table + ((<usize>load<u8>(source, 3)) << 2), values, 1);
  values = v128.load_lane<f32>(table + ((<usize>load<u8>(source, 6)) << 2), values, 2);
  return v128.load_lane<f32>(table + ((<usize>load<u8>(source, 9)) << 2), values, 3);
}

/**
 * @param source [height, width, 3] bytes, readable up to a multiple of four pixels
 * @param lightness [height, lightnessPitch] float32
 * @param color [height, colorPitch] float32: a*, b* interleaved
 * @param linearOfByte 256 float32: sRGB to linear light
 */
export function labOfBytes(
  source: usize,
  lightness: usize,
  color: usize,
  width: i32,
  height: i32,
  lightnessPitch: i32,
  colorPitch: i32,
  linearOfByte: usize,
): void {
  for (let row = 0; row < height; row++) {
    let from = source + <usize>row * width * 3;
    let toLightness = lightness + ((<usize>row * lightnessPitch) << 2);
    let toColor = color + ((<usize>row * colorPitch) << 2);
    // The last group of a row runs into the padding of its lines, which the next function to write a whole row overwrites.
    for (let x = 0; x < width; x += 4, from += 12, toLightness += 16, toColor += 32) {
      const red = gather(linearOfByte, from);
      const green = gather(linearOfByte, from + 1);
      const blue = gather(linearOfByte, from + 2);
      const fx = curve(weigh(red, <f32>0.4124564 / whiteX, green, <f32>0.3575761 / whiteX, blue, <f32>0.1804375 / whiteX));
      const fy = curve(weigh(red, 0.2126729, green, 0.7151522, blue, 0.0721749));
      const fz = curve(weigh(red, <f32>0.0193339 / whiteZ, green, <f32>0.119192 / whiteZ, blue, <f32>0.9503041 / whiteZ));
      v128.store(toLightness, f32x4.sub(f32x4.mul(fy, f32x4.splat(116)), f32x4.splat(16)));
      const a = f32x4.mul(f32x4.sub(fx, fy), f32x4.splat(500));
      const b = f32x4.mul(f32x4.sub(fy, fz), f32x4.splat(200));
      v128.store(toColor, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
      v128.store(toColor, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
    }
  }
}

/**
 * The inverse of `labOfBytes`; colors outside sRGB are clipped per channel.
 * @param target writable up to a multiple of four pixels
 * @param byteOfLinear 32768 bytes: linear light to sRGB
 */
export function bytesOfLab(
  lightness: usize,
  color: usize,
  target: usize,
  width: i32,
  height: i32,
  lightnessPitch: i32,
  colorPitch: i32,
  byteOfLinear: usize,
): void {
  const sixteen = f32x4.splat(16);
  for (let row = 0; row < height; row++) {
    let to = target + <usize>row * width * 3;
    let fromLightness = lightness + ((<usize>row * lightnessPitch) << 2);
    let fromColor = color + ((<usize>row * colorPitch) << 2);
    for (let x = 0; x < width; x += 4, to += 12, fromLightness += 16, fromColor += 32) {
      const low = v128.load(fromColor);
      const high = v128.load(fromColor, 16);
      const a = v128.shuffle<f32>(low, high, 0, 2, 4, 6);
      const b = v128.shuffle<f32>(low, high, 1, 3, 5, 7);
      const fy = f32x4.mul(f32x4.add(v128.load(fromLightness), sixteen), f32x4.splat(<f32>(1.0 / 116.0)));
      const x1 = f32x4.mul(inverseCurve(f32x4.add(fy, f32x4.mul(a, f32x4.splat(<f32>(1.0 / 500.0))))), f32x4.splat(whiteX));
      const y1 = inverseCurve(fy);
      const z1 = f32x4.mul(inverseCurve(f32x4.sub(fy, f32x4.mul(b, f32x4.splat(<f32>(1.0 / 200.0))))), f32x4.splat(whiteZ));
      encode(weigh(x1, 3.2404542, y1, -1.5371385, z1, -0.4985314), to, byteOfLinear);
      encode(weigh(x1, -0.969266, y1, 1.8760108, z1, 0.041556), to + 1, byteOfLinear);
      encode(weigh(x1, 0.0556434, y1, -0.2040259, z1, 1.0572252), to + 2, byteOfLinear);
    }
  }
}

function encode(linear: v128, to: usize, byteOfLinear: usize): void {
  const clipped = f32x4.pmax(f32x4.splat(0), f32x4.pmin(f32x4.splat(1), linear));
  const index = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(clipped, f32x4.splat(32767)), f32x4.splat(0.5)));
  store<u8>(to, load<u8>(byteOfLinear + <usize>i32x4.extract_lane(index, 0)));
  store<u8>(to, load<u8>(byteOfLinear + <usize>i32x4.extract_lane(index, 1)), 3);
  store<u8>(to, load<u8>(byteOfLinear + <usize>i32x4.extract_lane(index, 2)), 6);
  store<u8>(to, load<u8>(byteOfLinear + <usize>i32x4.extract_lane(index, 3)), 9);
}

/** values[i] *= factor; count a multiple of 4. */
export function scaleValues(values: usize, count: i32, factor: f32): void {
  const splat = f32x4.splat(factor);
  for (let end = values + ((<usize>count) << 2); values < end; values += 16) v128.store(values, f32x4.mul(v128.load(values), splat));
}

/** values[i] += amount (values[i] - smooth[i]); count a multiple of 4. */
export function sharpen(values: usize, smooth: usize, count: i32, amount: f32): void {
  const splat = f32x4.splat(amount);
  for (let end = values + ((<usize>count) << 2); values < end; values += 16, smooth += 16) {
    const value = v128.load(values);
    v128.store(values, f32x4.add(value, f32x4.mul(splat, f32x4.sub(value, v128.load(smooth)))));
  }
}

/** values[i] = the table at values[i] * scale, interpolated linearly; positions are clipped to 0..entries - 2; count a multiple of 4. */
export function lookUpCurve(values: usize, count: i32, table: usize, entries: i32, scale: f32): void {
  const last = f32x4.splat(<f32>(entries - 2)),
    zero = f32x4.splat(0),
    splat = f32x4.splat(scale);
  for (let end = values + ((<usize>count) << 2); values < end; values += 16) {
    const position = f32x4.pmax(zero, f32x4.pmin(last, f32x4.mul(v128.load(values), splat)));
    const index = i32x4.trunc_sat_f32x4_s(position);
    const fraction = f32x4.sub(position, f32x4.convert_i32x4_s(index));
    const at = i32x4.shl(index, 2);
    // Two neighbors of each of two pixels in a vector.
    const a = v128.load64_zero(table + <usize>i32x4.extract_lane(at, 0)),
      b = v128.load64_zero(table + <usize>i32x4.extract_lane(at, 1));
    const c = v128.load64_zero(table + <usize>i32x4.extract_lane(at, 2)),
      d = v128.load64_zero(table + <usize>i32x4.extract_lane(at, 3));
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
      cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const low = v128.shuffle<f32>(ab, cd, 0, 1, 4, 5),
      high = v128.shuffle<f32>(ab, cd, 2, 3, 6, 7);
    v128.store(values, f32x4.add(low, f32x4.mul(f32x4.sub(high, low), fraction)));
  }
}
