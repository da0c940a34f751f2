/** Half precision, IEEE 754 binary16: the element type float16 of exported files, for which JavaScript has no array. */

/** The largest finite number; anything that rounds to more becomes an infinity. */
export const largestHalf = 65504;

/** Converts numbers to bits of half precision, rounded to nearest, ties to even. */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  // a loop: a callback for each of a hundred million weights takes seconds
  for (let index = 0; index < bits.length; index++) {
    const single = bits[index]!;
    result[index] = ((single >>> 16) & 0x8000) | magnitude(single & 0x7fffffff);
  }
  return result;
}

/** Converts the bits of a float32 without its sign: 8 bits of exponent with bias 127 and 23 of fraction become 5 with bias 15 and 10. */
function magnitude(single: number): number {
  if (single > 0x7f800000) return 0x7e00; // not a number
  if (single >= 0x477ff000) return 0x7c00; // 65520 and more: infinity
  if (single >= 0x38800000) return (single - ((127 - 15) << 23) + roundUp(single, 13)) >>> 13;
  // below 2^-14, subnormal: multiples of 2^-24, none from half of it down
  if (single <= 0x33000000) return 0;
  const significand = (single & 0x7fffff) | 0x800000;
  const shift = 126 - (single >>> 23);
  return (significand + roundUp(significand, shift)) >>> shift;
}

/** Added before the last `cut` bits are cut off, it rounds to nearest, ties to even. */
function roundUp(bits: number, cut: number): number {
  return (1 << (cut - 1)) - 1 + ((bits >>> cut) & 1);
}
