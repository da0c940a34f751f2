// AssemblyScript: the effect of JPEG on blocks of 8x8 samples: DCT, quantization and back, with the integers of libjpeg's "slow" DCT
// (Loeffler, Ligtenberg and Moschytz, ICASSP 1989: 12 multiplications for 8 values), so that the result is the same to the bit.
import { pairsHigh, pairsLow, weights } from './products';

/** Fractional bits of the constants, and of values between the two passes. */
const constantBits = 13;
const passBits = 2;

/**
 * Codes a plane of bytes in place.
 * @param plane [8 blocksHigh, pitch] bytes, of which the first 8 blocksWide of each row are coded
 * @param steps 64 float32: quantization steps, row by row
 * @param block 256 bytes of scratch
 */
export function codeBlocks(plane: usize, pitch: i32, blocksWide: i32, blocksHigh: i32, steps: usize, block: usize): void {
  for (let row = 0; row < blocksHigh; row++) {
    let at = plane + <usize>row * 8 * pitch;
    for (let column = 0; column < blocksWide; column++, at += 8) {
      loadBlock(at, pitch, block);
      transpose(block);
      forwardPass(block, true);
      transpose(block);
      forwardPass(block, false);
      quantize(block, steps);
      inversePass(block, constantBits - passBits);
      transpose(block);
      inversePass(block, constantBits + passBits + 3);
      transpose(block);
      storeBlock(block, at, pitch);
    }
  }
}

/** Bytes to int16 around 0. */
function loadBlock(from: usize, pitch: i32, block: usize): void {
  const middle = i16x8.splat(128);
  for (let row = 0; row < 8; row++, from += pitch, block += 16) {
    v128.store(block, i16x8.sub(i16x8.extend_low_i8x16_u(v128.load64_zero(from)), middle));
  }
}

function storeBlock(block: usize, to: usize, pitch: i32): void {
  const middle = i16x8.splat(128);
  for (let row = 0; row < 8; row++, to += pitch, block += 16) {
    const values = i16x8.add_sat_s(v128.load(block), middle);
    v128.store64_lane(to, i8x16.narrow_i16x8_u(values, values), 0);
  }
}

/** int16 [8, 8] in place. */
function transpose(block: usize): void {
  const r0 = v128.load(block),
    r1 = v128.load(block, 16),
    r2 = v128.load(block, 32),
    r3 = v128.load(block, 48),
    r4 = v128.load(block, 64),
    r5 = v128.load(block, 80),
    r6 = v128.load(block, 96),
    r7 = v128.load(block, 112);
  const a0 = pairsLow(r0, r1),
    a1 = pairsHigh(r0, r1),
    a2 = pairsLow(r2, r3),
    a3 = pairsHigh(r2, r3),
    a4 = pairsLow(r4, r5),
    a5 = pairsHigh(r4, r5),
    a6 = pairsLow(r6, r7),
    a7 = pairsHigh(r6, r7);
  const b0 = v128.shuffle<i32>(a0, a2, 0, 4, 1, 5),
    b1 = v128.shuffle<i32>(a0, a2, 2, 6, 3, 7),
    b2 = v128.shuffle<i32>(a1, a3, 0, 4, 1, 5),
    b3 = v128.shuffle<i32>(a1, a3, 2, 6, 3, 7),
    b4 = v128.shuffle<i32>(a4, a6, 0, 4, 1, 5),
    b5 = v128.shuffle<i32>(a4, a6, 2, 6, 3, 7),
    b6 = v128.shuffle<i32>(a5, a7, 0, 4, 1, 5),
    b7 = v128.shuffle<i32>(a5, a7, 2, 6, 3, 7);
  v128.store(block, v128.shuffle<i64>(b0, b4, 0, 2));
  v128.store(block, v128.shuffle<i64>(b0, b4, 1, 3), 16);
  v128.store(block, v128.shuffle<i64>(b1, b5, 0, 2), 32);
  v128.store(block, v128.shuffle<i64>(b1, b5, 1, 3), 48);
  v128.store(block, v128.shuffle<i64>(b2, b6, 0, 2), 64);
  v128.store(block, v128.shuffle<i64>(b2, b6, 1, 3), 80);
  v128.store(block, v128.shuffle<i64>(b3, b7, 0, 2), 96);
  v128.store(block, v128.shuffle<i64>(b3, b7, 1, 3), 112);
}

/** Divided by 2 to the power of `bits`, halves up. */
function descale(low: v128, high: v128, bits: i32): v128 {
  const half = i32x4.splat(1 << (bits - 1));
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), bits), i32x4.shr_s(i32x4.add(high, half), bits));
}

/** One pass of the DCT, along the eight vectors; the first keeps fractional bits. */
function forwardPass(block: usize, first: bool): void {
  const d0 = v128.load(block),
    d1 = v128.load(block, 16),
    d2 = v128.load(block, 32),
    d3 = v128.load(block, 48),
    d4 = v128.load(block, 64),
    d5 = v128.load(block, 80),
    d6 = v128.load(block, 96),
    d7 = v128.load(block, 112);
  const bits = first ? constantBits - passBits : constantBits + passBits;
  const s0 = i16x8.add(d0, d7),
    s1 = i16x8.add(d1, d6),
    s2 = i16x8.add(d2, d5),
    s3 = i16x8.add(d3, d4);
  const e0 = i16x8.add(s0, s3),
    e3 = i16x8.sub(s0, s3),
    e1 = i16x8.add(s1, s2),
    e2 = i16x8.sub(s1, s2);
  const sum = i16x8.add(e0, e1),
    difference = i16x8.sub(e0, e1),
    half = i16x8.splat(2);
  v128.store(block, first ? i16x8.shl(sum, passBits) : i16x8.shr_s(i16x8.add(sum, half), passBits));
  v128.store(block, first ? i16x8.shl(difference, passBits) : i16x8.shr_s(i16x8.add(difference, half), passBits), 64);
  const low = pairsLow(e2, e3),
    high = pairsHigh(e2, e3);
  const two = weights(4433, 10703),
    six = weights(-10704, 4433);
  v128.store(block, descale(i32x4.dot_i16x8_s(low, two), i32x4.dot_i16x8_s(high, two), bits), 32);
  v128.store(block, descale(i32x4.dot_i16x8_s(low, six), i32x4.dot_i16x8_s(high, six), bits), 96);
  const t4 = i16x8.sub(d3, d4),
    t5 = i16x8.sub(d2, d5),
    t6 = i16x8.sub(d1, d6),
    t7 = i16x8.sub(d0, d7);
  v128.store(block, descale(odd1(t4, t5, t6, t7, false), odd1(t4, t5, t6, t7, true), bits), 16);
  v128.store(block, descale(odd3(t4, t5, t6, t7, false), odd3(t4, t5, t6, t7, true), bits), 48);
  v128.store(block, descale(odd5(t4, t5, t6, t7, false), odd5(t4, t5, t6, t7, true), bits), 80);
  v128.store(block, descale(odd7(t4, t5, t6, t7, false), odd7(t4, t5, t6, t7, true), bits), 112);
}

// The odd half of both transforms, for four of the eight lanes: each is two rotations, of (t4, t7) or (t5, t6) and of (t4 + t6, t5 + t7).

function odd1(t4: v128, t5: v128, t6: v128, t7: v128, high: bool): v128 {
  return rotations(t4, t7, weights(-7373, 4926), t4, t5, t6, t7, weights(9633, 6437), high);
}

function odd3(t4: v128, t5: v128, t6: v128, t7: v128, high: bool): v128 {
  return rotations(t5, t6, weights(-20995, 4177), t4, t5, t6, t7, weights(-6436, 9633), high);
}

function odd5(t4: v128, t5: v128, t6: v128, t7: v128, high: bool): v128 {
  return rotations(t5, t6, weights(-4176, -20995), t4, t5, t6, t7, weights(9633, 6437), high);
}

function odd7(t4: v128, t5: v128, t6: v128, t7: v128, high: bool): v128 {
  return rotations(t4, t7, weights(-4927, -7373), t4, t5, t6, t7, weights(-6436, 9633), high);
}

function rotations(a: v128, b: v128, ab: v128, t4: v128, t5: v128, t6: v128, t7: v128, common: v128, high: bool): v128 {
  const z3 = i16x8.add(t4, t6),
    z4 = i16x8.add(t5, t7);
  const own = high ? pairsHigh(a, b) : pairsLow(a, b);
  const shared = high ? pairsHigh(z3, z4) : pairsLow(z3, z4);
  return i32x4.add(i32x4.dot_i16x8_s(own, ab), i32x4.dot_i16x8_s(shared, common));
}

/** Rounds coefficients, which are 8 times too large, to the nearest multiple of their step, halves away from 0, and removes the factor. */
function quantize(block: usize, steps: usize): void {
  for (let index = 0; index < 64; index += 8, block += 16, steps += 32) {
    const values = v128.load(block);
    const sign = i16x8.shr_s(values, 15);
    const size = i16x8.sub(v128.xor(values, sign), sign);
    const low = quantizeFour(i32x4.extend_low_i16x8_u(size), v128.load(steps));
    const high = quantizeFour(i32x4.extend_high_i16x8_u(size), v128.load(steps, 16));
    const rounded = i16x8.narrow_i32x4_s(low, high);
    v128.store(block, i16x8.sub(v128.xor(rounded, sign), sign));
  }
}

/** step floor((size + 4 step) / (8 step)): whole numbers below 2^24, whose quotient float32 rounds to no other side of a whole number. */
function quantizeFour(size: v128, step: v128): v128 {
  const above = f32x4.add(f32x4.convert_i32x4_s(size), f32x4.mul(step, f32x4.splat(4)));
  const count = f32x4.floor(f32x4.div(above, f32x4.mul(step, f32x4.splat(8))));
  return i32x4.trunc_sat_f32x4_s(f32x4.mul(count, step));
}

/** One pass of the inverse DCT, along the eight vectors. */
function inversePass(block: usize, bits: i32): void {
  const d0 = v128.load(block),
    d1 = v128.load(block, 16),
    d2 = v128.load(block, 32),
    d3 = v128.load(block, 48),
    d4 = v128.load(block, 64),
    d5 = v128.load(block, 80),
    d6 = v128.load(block, 96),
    d7 = v128.load(block, 112);
  const sum = i16x8.add(d0, d4),
    difference = i16x8.sub(d0, d4);
  const sumLow = i32x4.shl(i32x4.extend_low_i16x8_s(sum), constantBits),
    sumHigh = i32x4.shl(i32x4.extend_high_i16x8_s(sum), constantBits);
  const differenceLow = i32x4.shl(i32x4.extend_low_i16x8_s(difference), constantBits),
    differenceHigh = i32x4.shl(i32x4.extend_high_i16x8_s(difference), constantBits);
  const low = pairsLow(d2, d6),
    high = pairsHigh(d2, d6);
  const outer = weights(10703, 4433),
    inner = weights(4433, -10704);
  const outerLow = i32x4.dot_i16x8_s(low, outer),
    outerHigh = i32x4.dot_i16x8_s(high, outer);
  const innerLow = i32x4.dot_i16x8_s(low, inner),
    innerHigh = i32x4.dot_i16x8_s(high, inner);
  mirror(
    block,
    0,
    i32x4.add(sumLow, outerLow),
    i32x4.add(sumHigh, outerHigh),
    odd1(d7, d5, d3, d1, false),
    odd1(d7, d5, d3, d1, true),
    bits,
  );
  mirror(
    block,
    16,
    i32x4.add(differenceLow, innerLow),
    i32x4.add(differenceHigh, innerHigh),
    odd3(d7, d5, d3, d1, false),
    odd3(d7, d5, d3, d1, true),
    bits,
  );
  mirror(
    block,
    32,
    i32x4.sub(differenceLow, innerLow),
    i32x4.sub(differenceHigh, innerHigh),
    odd5(d7, d5, d3, d1, false),
    odd5(d7, d5, d3, d1, true),
    bits,
  );
  mirror(
    block,
    48,
    i32x4.sub(sumLow, outerLow),
    i32x4.sub(sumHigh, outerHigh),
    odd7(d7, d5, d3, d1, false),
    odd7(d7, d5, d3, d1, true),
    bits,
  );
}

/** even + odd at an offset, even - odd at its mirror image. */
function mirror(block: usize, offset: usize, evenLow: v128, evenHigh: v128, oddLow: v128, oddHigh: v128, bits: i32): void {
  v128.store(block + offset, descale(i32x4.add(evenLow, oddLow), i32x4.add(evenHigh, oddHigh), bits));
  v128.store(block + 112 - offset, descale(i32x4.sub(evenLow, oddLow), i32x4.sub(evenHigh, oddHigh), bits));
}
