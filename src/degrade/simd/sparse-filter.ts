// AssemblyScript: the sums of `sparse-filter.ts`, one pixel (red, green, blue, nothing) in a vector.
import { narrowSixteen, widenFour } from './bytes';

/** Pixels as four float32 each, with `radius` pixels of continued border around and one more column at the left, pitch width + 2 radius + 1. */
export function spreadPixels(source: usize, target: usize, width: i32, height: i32, radius: i32): void {
  const pitch = (<usize>(width + 2 * radius + 1)) << 4;
  for (let y = 0; y < height; y++) {
    let to = target + <usize>(y + radius) * pitch;
    let from = source + <usize>y * width * 3;
    const first = widenFour(from);
    for (let x = 0; x <= radius; x++, to += 16) v128.store(to, first);
    for (let x = 0; x < width; x++, to += 16, from += 3) v128.store(to, widenFour(from));
    const last = v128.load(to - 16);
    for (let x = 0; x < radius; x++, to += 16) v128.store(to, last);
  }
  for (let y = 0; y < radius; y++) {
    memory.copy(target + <usize>y * pitch, target + <usize>radius * pitch, pitch);
    memory.copy(target + <usize>(height + radius + y) * pitch, target + <usize>(height + radius - 1) * pitch, pitch);
  }
}

/** Sums at a pixel and the three to its right: the results of `addTaps`, since a function can return only one. */
let sum0 = f32x4.splat(0),
  sum1 = f32x4.splat(0),
  sum2 = f32x4.splat(0),
  sum3 = f32x4.splat(0);

/** Adds weight * pixel[at + offset] over taps to the four sums; a tap is a byte offset (uint32) and a weight (float32). */
function addTaps(at: usize, taps: usize, end: usize): void {
  let a = f32x4.splat(0),
    b = a,
    c = a,
    d = a;
  for (; taps < end; taps += 8) {
    const from = at + load<u32>(taps);
    const weight = v128.load32_splat(taps, 4);
    a = f32x4.add(a, f32x4.mul(v128.load(from), weight));
    b = f32x4.add(b, f32x4.mul(v128.load(from, 16), weight));
    c = f32x4.add(c, f32x4.mul(v128.load(from, 32), weight));
    d = f32x4.add(d, f32x4.mul(v128.load(from, 48), weight));
  }
  sum0 = a;
  sum1 = b;
  sum2 = c;
  sum3 = d;
}

/**
 * target(x) = scale (sum of direct taps at x + running(x)), running(x) = running(x - 1) + sum of steps at x, running(0) = sum of starts at 0.
 * @param target writable for some bytes more than the image
 */
export function correlateSparse(
  padded: usize,
  target: usize,
  width: i32,
  height: i32,
  radius: i32,
  direct: usize,
  directEnd: usize,
  steps: usize,
  stepsEnd: usize,
  starts: usize,
  startsEnd: usize,
  scale: f32,
): void {
  const pitch = (<usize>(width + 2 * radius + 1)) << 4;
  const splat = f32x4.splat(scale);
  const zero = i8x16.splat(0);
  for (let y = 0; y < height; y++) {
    let at = padded + <usize>y * pitch;
    let to = target + <usize>y * width * 3;
    addTaps(at, starts, startsEnd);
    let running = sum0;
    addTaps(at, steps, stepsEnd);
    // The step into the first pixel is in `starts` already.
    running = f32x4.sub(running, sum0);
    for (let x = 0; x < width; x += 4, at += 64, to += 12) {
      if (x > 0) addTaps(at, steps, stepsEnd);
      const a = f32x4.add(running, sum0),
        b = f32x4.add(a, sum1),
        c = f32x4.add(b, sum2),
        d = f32x4.add(c, sum3);
      running = d;
      addTaps(at, direct, directEnd);
      const bytes = narrowSixteen(
        f32x4.mul(f32x4.add(a, sum0), splat),
        f32x4.mul(f32x4.add(b, sum1), splat),
        f32x4.mul(f32x4.add(c, sum2), splat),
        f32x4.mul(f32x4.add(d, sum3), splat),
      );
      v128.store(to, v128.shuffle<u8>(bytes, zero, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 16, 16, 16));
    }
  }
}
