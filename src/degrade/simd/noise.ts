// AssemblyScript: the generator of `pixel-noise.ts`, four streams side by side, and noise applied to bytes.
import { narrowOne, narrowSixteen, widenFour } from './bytes';

/** Four steps of xoshiro128** at once: state [4 words, 4 streams] of uint32, advanced; target: count words, a multiple of 4. */
export function fillUniform(state: usize, target: usize, count: i32): void {
  let a = v128.load(state),
    b = v128.load(state, 16),
    c = v128.load(state, 32),
    d = v128.load(state, 48);
  for (let end = target + ((<usize>count) << 2); target < end; target += 16) {
    const scrambled = i32x4.add(b, i32x4.shl(b, 2));
    const turned = v128.or(i32x4.shl(scrambled, 7), i32x4.shr_u(scrambled, 25));
    v128.store(target, i32x4.add(turned, i32x4.shl(turned, 3)));
    const shifted = i32x4.shl(b, 9);
    c = v128.xor(c, a);
    d = v128.xor(d, b);
    b = v128.xor(b, c);
    a = v128.xor(a, d);
    c = v128.xor(c, shifted);
    d = v128.or(i32x4.shl(d, 11), i32x4.shr_u(d, 21));
  }
  v128.store(state, a);
  v128.store(state, b, 16);
  v128.store(state, c, 32);
  v128.store(state, d, 48);
}

/** Two normal draws from each of count words: its lower and its upper 16 bits index the quantiles. */
export function fillNormal(words: usize, target: usize, count: i32, quantiles: usize): void {
  for (let end = words + ((<usize>count) << 2); words < end; words += 8, target += 16) {
    const pair = load<u64>(words);
    let draws = v128.load32_zero(quantiles + ((<usize>pair & 0xffff) << 2));
    draws = v128.load_lane<f32>(quantiles + ((<usize>(pair >> 16) & 0xffff) << 2), draws, 1);
    draws = v128.load_lane<f32>(quantiles + ((<usize>(pair >> 32) & 0xffff) << 2), draws, 2);
    v128.store(target, v128.load_lane<f32>(quantiles + ((<usize>(pair >> 48)) << 2), draws, 3));
  }
}

/** target = source + scale noise. */
export function addNoise(source: usize, target: usize, noise: usize, count: i32, scale: f32): void {
  const splat = f32x4.splat(scale);
  let index = 0;
  for (; index + 16 <= count; index += 16, source += 16, target += 16, noise += 64) {
    v128.store(
      target,
      narrowSixteen(
        f32x4.add(widenFour(source), f32x4.mul(splat, v128.load(noise))),
        f32x4.add(widenFour(source + 4), f32x4.mul(splat, v128.load(noise, 16))),
        f32x4.add(widenFour(source + 8), f32x4.mul(splat, v128.load(noise, 32))),
        f32x4.add(widenFour(source + 12), f32x4.mul(splat, v128.load(noise, 48))),
      ),
    );
  }
  for (; index < count; index++, source++, target++, noise += 4) {
    store<u8>(target, narrowOne(<f32>load<u8>(source) + scale * load<f32>(noise)));
  }
}

/** target = source (1 + scale noise). */
export function multiplyNoise(source: usize, target: usize, noise: usize, count: i32, scale: f32): void {
  const splat = f32x4.splat(scale);
  const one = f32x4.splat(1);
  let index = 0;
  for (; index + 16 <= count; index += 16, source += 16, target += 16, noise += 64) {
    v128.store(
      target,
      narrowSixteen(
        f32x4.mul(widenFour(source), f32x4.add(one, f32x4.mul(splat, v128.load(noise)))),
        f32x4.mul(widenFour(source + 4), f32x4.add(one, f32x4.mul(splat, v128.load(noise, 16)))),
        f32x4.mul(widenFour(source + 8), f32x4.add(one, f32x4.mul(splat, v128.load(noise, 32)))),
        f32x4.mul(widenFour(source + 12), f32x4.add(one, f32x4.mul(splat, v128.load(noise, 48)))),
      ),
    );
  }
  for (; index < count; index++, source++, target++, noise += 4) {
    store<u8>(target, narrowOne(<f32>load<u8>(source) * (1 + scale * load<f32>(noise))));
  }
}

/**
 * Independent noise in Y, Cb and Cr of ITU-R BT.601 (full range): added to RGB after the noise's own conversion, since that is linear.
 * @param source readable, target writable, up to a multiple of four pixels and some bytes more; not the same
 */
export function addYcbcrNoise(source: usize, target: usize, noise: usize, pixels: i32, scale: f32): void {
  const splat = f32x4.splat(scale);
  for (let pixel = 0; pixel < pixels; pixel += 4, source += 12, target += 12, noise += 48) {
    const y = f32x4.mul(splat, v128.load(noise)),
      cb = f32x4.mul(splat, v128.load(noise, 16)),
      cr = f32x4.mul(splat, v128.load(noise, 32));
    const red = f32x4.add(y, f32x4.mul(cr, f32x4.splat(1.402)));
    const green = f32x4.sub(f32x4.sub(y, f32x4.mul(cb, f32x4.splat(0.344136))), f32x4.mul(cr, f32x4.splat(0.714136)));
    const blue = f32x4.add(y, f32x4.mul(cb, f32x4.splat(1.772)));
    // Interleaved: r g b r, g b r g, b r g b.
    const rg = v128.shuffle<f32>(red, green, 0, 4, 1, 5),
      gb = v128.shuffle<f32>(green, blue, 1, 5, 2, 6);
    const br = v128.shuffle<f32>(blue, red, 0, 5, 2, 7),
      rg2 = v128.shuffle<f32>(red, green, 2, 6, 3, 7);
    const first = v128.shuffle<f32>(rg, br, 0, 1, 4, 5);
    const second = v128.shuffle<f32>(gb, rg2, 0, 1, 4, 5);
    const third = v128.shuffle<f32>(v128.shuffle<f32>(br, rg2, 2, 3, 7, 7), blue, 0, 1, 2, 7);
    v128.store(
      target,
      narrowSixteen(
        f32x4.add(widenFour(source), first),
        f32x4.add(widenFour(source + 4), second),
        f32x4.add(widenFour(source + 8), third),
        third,
      ),
    );
  }
}

/** 0 for a word below `black`, 255 for one of at least `white`, else the source; any count, but buffers reach a multiple of 16. */
export function setImpulses(source: usize, target: usize, words: usize, count: i32, black: u32, white: u32): void {
  const low = i32x4.splat(black);
  const high = i32x4.splat(white);
  for (let index = 0; index < count; index += 16, source += 16, target += 16, words += 64) {
    const a = v128.load(words),
      b = v128.load(words, 16),
      c = v128.load(words, 32),
      d = v128.load(words, 48);
    const dark = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(i32x4.lt_u(a, low), i32x4.lt_u(b, low)),
      i16x8.narrow_i32x4_s(i32x4.lt_u(c, low), i32x4.lt_u(d, low)),
    );
    const light = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(i32x4.ge_u(a, high), i32x4.ge_u(b, high)),
      i16x8.narrow_i32x4_s(i32x4.ge_u(c, high), i32x4.ge_u(d, high)),
    );
    v128.store(target, v128.or(v128.andnot(v128.load(source), dark), light));
  }
}
