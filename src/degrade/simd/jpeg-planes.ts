// AssemblyScript: RGB to the planes coded by JPEG and back: YCbCr of ITU-R BT.601 in full range (JFIF), chroma at half the size (4:2:0),
// with the roundings of libjpeg, so that the result is the same to the bit.
import { pairsHigh, pairsLow, weights } from './products';

const half = 1 << 15;

/**
 * @param source [height, width, 3] bytes, readable for some more
 * @param luma, blue, red [height, pitch] bytes; the last value of a row is repeated up to the pitch, a multiple of 16
 */
export function ycbcrOfBytes(source: usize, luma: usize, blue: usize, red: usize, width: i32, height: i32, pitch: i32): void {
  for (let row = 0; row < height; row++) {
    let from = source + <usize>row * width * 3;
    const start = <usize>row * pitch;
    for (let x: usize = start; x < start + width; x += 16, from += 48) {
      const a = v128.load(from),
        b = v128.load(from, 16),
        c = v128.load(from, 32);
      // biome-ignore format: lanes
      const r = v128.shuffle<u8>(
        v128.shuffle<u8>(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0),
        c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29,
      );
      // biome-ignore format: lanes
      const g = v128.shuffle<u8>(
        v128.shuffle<u8>(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0),
        c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30,
      );
      // biome-ignore format: lanes
      const u = v128.shuffle<u8>(
        v128.shuffle<u8>(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0),
        c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31,
      );
      const rLow = i16x8.extend_low_i8x16_u(r),
        rHigh = i16x8.extend_high_i8x16_u(r);
      const gLow = i16x8.extend_low_i8x16_u(g),
        gHigh = i16x8.extend_high_i8x16_u(g);
      const uLow = i16x8.extend_low_i8x16_u(u),
        uHigh = i16x8.extend_high_i8x16_u(u);
      v128.store(luma + x, i8x16.narrow_i16x8_u(lumaOf(rLow, gLow, uLow), lumaOf(rHigh, gHigh, uHigh)));
      // Cb and Cr: half of one channel, less shares of the other two.
      v128.store(blue + x, i8x16.narrow_i16x8_u(chromaOf(uLow, rLow, gLow, -11058, -21710), chromaOf(uHigh, rHigh, gHigh, -11058, -21710)));
      v128.store(red + x, i8x16.narrow_i16x8_u(chromaOf(rLow, gLow, uLow, -27439, -5329), chromaOf(rHigh, gHigh, uHigh, -27439, -5329)));
    }
    repeatLast(luma + start, width, pitch);
    repeatLast(blue + start, width, pitch);
    repeatLast(red + start, width, pitch);
  }
}

function repeatLast(row: usize, width: i32, pitch: i32): void {
  memory.fill(row + width, load<u8>(row + width - 1), pitch - width);
}

/** .299 r + .587 g + .114 b, in 65536ths; .587 in two parts that fit int16. */
function lumaOf(r: v128, g: v128, b: v128): v128 {
  const rg = weights(19595, 22086),
    bg = weights(7471, 16384);
  const low = i32x4.add(i32x4.dot_i16x8_s(pairsLow(r, g), rg), i32x4.dot_i16x8_s(pairsLow(b, g), bg));
  const high = i32x4.add(i32x4.dot_i16x8_s(pairsHigh(r, g), rg), i32x4.dot_i16x8_s(pairsHigh(b, g), bg));
  return toWhole(low, high, half);
}

function chromaOf(own: v128, a: v128, b: v128, weightA: i32, weightB: i32): v128 {
  const ab = weights(weightA, weightB);
  const low = i32x4.add(i32x4.dot_i16x8_s(pairsLow(a, b), ab), i32x4.shl(i32x4.extend_low_i16x8_u(own), 15));
  const high = i32x4.add(i32x4.dot_i16x8_s(pairsHigh(a, b), ab), i32x4.shl(i32x4.extend_high_i16x8_u(own), 15));
  return toWhole(low, high, (128 << 16) + half - 1);
}

function toWhole(low: v128, high: v128, rounding: i32): v128 {
  const splat = i32x4.splat(rounding);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, splat), 16), i32x4.shr_s(i32x4.add(high, splat), 16));
}

/**
 * Means of 2x2 samples, their halves rounded down and up in turn; the last row counts twice where the height is odd.
 * @param source [height, pitch] bytes
 * @param target [ceil(height / 2), pitch / 2] bytes; not the same
 */
export function halvePlane(source: usize, target: usize, height: i32, pitch: i32): void {
  const rounding = i32x4.splat(1 | (2 << 16));
  for (let row = 0; row < height; row += 2) {
    const next: usize = row + 1 < height ? pitch : 0;
    for (let x = 0; x < pitch; x += 16, source += 16, target += 8) {
      const sum = i16x8.add(i16x8.extadd_pairwise_i8x16_u(v128.load(source)), i16x8.extadd_pairwise_i8x16_u(v128.load(source + next)));
      const mean = i16x8.shr_u(i16x8.add(sum, rounding), 2);
      v128.store64_lane(target, i8x16.narrow_i16x8_u(mean, mean), 0);
    }
    source += pitch;
  }
}

/** Repeats the last of `height` rows up to `paddedHeight`. */
export function repeatLastRow(plane: usize, pitch: i32, height: i32, paddedHeight: i32): void {
  const last = plane + <usize>(height - 1) * pitch;
  for (let row = height; row < paddedHeight; row++) memory.copy(plane + <usize>row * pitch, last, pitch);
}

/**
 * The inverse of `ycbcrOfBytes` and `halvePlane`; chroma is enlarged by a triangle filter.
 * @param target [height, width, 3] bytes, writable for 48 more
 * @param lines scratch: 4 pitch + 64 bytes
 */
export function bytesOfYcbcr(luma: usize, blue: usize, red: usize, target: usize, width: i32, height: i32, pitch: i32, lines: usize): void {
  const chromaWidth = (width + 1) >> 1,
    lastRow = ((height + 1) >> 1) - 1,
    chromaPitch = pitch >> 1;
  const blueLine = lines + 16,
    redLine = blueLine + <usize>pitch + 32;
  // libjpeg does not smooth planes at most two samples wide.
  const smooth = chromaWidth > 2;
  for (let row = 0; row < height; row++) {
    const near = row >> 1;
    const far = !smooth ? near : row & 1 ? min(near + 1, lastRow) : max(near - 1, 0);
    mixRows(blue + <usize>near * chromaPitch, blue + <usize>far * chromaPitch, blueLine, chromaWidth);
    mixRows(red + <usize>near * chromaPitch, red + <usize>far * chromaPitch, redLine, chromaWidth);
    let from = luma + <usize>row * pitch;
    let to = target + <usize>row * width * 3;
    // The last group of a row runs into the next row, which is written later.
    for (let x = 0; x < width; x += 16, from += 16, to += 48) {
      storePixels(v128.load(from), blueLine + x, redLine + x, smooth, to);
    }
  }
}

/** 3 near + far, as int16, with the first and the last repeated beyond the ends. */
function mixRows(near: usize, far: usize, line: usize, width: i32): void {
  const three = i16x8.splat(3);
  for (let x = 0; x < width; x += 8) {
    const nearest = i16x8.extend_low_i8x16_u(v128.load64_zero(near + x));
    v128.store(line + 2 * x, i16x8.add(i16x8.mul(nearest, three), i16x8.extend_low_i8x16_u(v128.load64_zero(far + x))));
  }
  store<u16>(line - 2, load<u16>(line));
  store<u16>(line + 2 * width, load<u16>(line + 2 * width - 2));
}

/** Sixteen pixels from as many values of luma and from eight of each line. */
function storePixels(y: v128, blueLine: usize, redLine: usize, smooth: bool, to: usize): void {
  const blueEven = between(blueLine, smooth ? -2 : 0, 8),
    blueOdd = between(blueLine, smooth ? 2 : 0, 7);
  const redEven = between(redLine, smooth ? -2 : 0, 8),
    redOdd = between(redLine, smooth ? 2 : 0, 7);
  const blueLow = pairsLow(blueEven, blueOdd),
    blueHigh = pairsHigh(blueEven, blueOdd);
  const redLow = pairsLow(redEven, redOdd),
    redHigh = pairsHigh(redEven, redOdd);
  const yLow = i16x8.extend_low_i8x16_u(y),
    yHigh = i16x8.extend_high_i8x16_u(y);
  const r = i8x16.narrow_i16x8_u(withRed(yLow, redLow), withRed(yHigh, redHigh));
  const g = i8x16.narrow_i16x8_u(withGreen(yLow, blueLow, redLow), withGreen(yHigh, blueHigh, redHigh));
  const b = i8x16.narrow_i16x8_u(withBlue(yLow, blueLow), withBlue(yHigh, blueHigh));
  const rg0 = v128.shuffle<u8>(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  const rg1 = v128.shuffle<u8>(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  const rg2 = v128.shuffle<u8>(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  v128.store(to, v128.shuffle<u8>(rg0, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  v128.store(to, v128.shuffle<u8>(rg1, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
  v128.store(to, v128.shuffle<u8>(rg2, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}

/** Eight values of chroma around 0, three quarters from their own sample, one from the neighbor at an offset of bytes. */
function between(line: usize, offset: isize, rounding: i32): v128 {
  const own = v128.load(line);
  const sum = i16x8.add(i16x8.mul(own, i16x8.splat(3)), v128.load(line + offset));
  return i16x8.sub(i16x8.shr_u(i16x8.add(sum, i16x8.splat(<i16>rounding)), 4), i16x8.splat(128));
}

/** y + 1.402 cr; the part above 1 in 65536ths. */
function withRed(y: v128, cr: v128): v128 {
  return i16x8.add(i16x8.add(y, cr), scaled(cr, 26345));
}

/** y + 1.772 cb; the part above 2 in 65536ths. */
function withBlue(y: v128, cb: v128): v128 {
  return i16x8.add(i16x8.add(y, i16x8.shl(cb, 1)), scaled(cb, -14942));
}

/** y - .34414 cb - .71414 cr. */
function withGreen(y: v128, cb: v128, cr: v128): v128 {
  const both = weights(-22554, 18734);
  const share = toWhole(i32x4.dot_i16x8_s(pairsLow(cb, cr), both), i32x4.dot_i16x8_s(pairsHigh(cb, cr), both), half);
  return i16x8.add(i16x8.sub(y, cr), share);
}

function scaled(values: v128, weight: i32): v128 {
  const splat = i16x8.splat(<i16>weight);
  return toWhole(i32x4.extmul_low_i16x8_s(values, splat), i32x4.extmul_high_i16x8_s(values, splat), half);
}
