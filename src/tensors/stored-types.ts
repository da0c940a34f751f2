/** Element types in files of tensors: those that the program computes with, and others that it converts. */
import type { DataType } from './tensor-data.js';

export type StoredType = DataType | 'bfloat16' | 'int16';

/** Bytes of an element. */
export const storedBytes = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const satisfies Record<StoredType, number>;

// loops: a callback for each of a hundred million weights takes seconds
const conversions: Partial<Record<StoredType, (buffer: ArrayBuffer) => Float32Array>> = {
  float64: (buffer) => new Float32Array(new Float64Array(buffer)),
  float32: (buffer) => new Float32Array(buffer),
  float16: (buffer) => {
    const halves = new Uint16Array(buffer);
    const values = halfValues();
    const result = new Float32Array(halves.length);
    for (let index = 0; index < halves.length; index++) result[index] = values[halves[index]!]!;
    return result;
  },
  // the upper half of a float32
  bfloat16: (buffer) => {
    const halves = new Uint16Array(buffer);
    const bits = new Uint32Array(halves.length);
    for (let index = 0; index < halves.length; index++) bits[index] = halves[index]! << 16;
    return new Float32Array(bits.buffer);
  },
};

/** True for types that `toFloat32` converts. */
export function isFloating(type: StoredType): boolean {
  return conversions[type] !== undefined;
}

/**
 * @param buffer little-endian elements of a floating type; a float32 buffer is not copied
 * @returns the same numbers, exact for half precision, rounded to nearest for float64
 */
export function toFloat32(type: StoredType, buffer: ArrayBuffer): Float32Array {
  const convert = conversions[type];
  if (!convert) throw new TypeError(`${type} is not a floating type`);
  return convert(buffer);
}

let halves: Float32Array | undefined;

/** The value of each of the 65,536 numbers of IEEE 754 binary16: (-1)^s 2^(e - 15) (1 + f / 1024), subnormal for e = 0. */
function halfValues(): Float32Array {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
  });
  return halves;
}
