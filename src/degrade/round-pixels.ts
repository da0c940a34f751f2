/** Real numbers back to bytes, the same way in every distortion. */

/** Rounded to the nearest (halves to even) and clipped to 0..255. */
export function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(new Uint8ClampedArray(values).buffer);
}

/** The image whose every byte is looked up in a table of 256. */
export function lookUpBytes(data: Uint8Array, table: Uint8Array): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index++) result[index] = table[data[index]!]!;
  return result;
}

/** A table for `lookUpBytes` from a function over values 0..1, rounded and clipped. */
export function byteTable(curve: (value: number) => number): Uint8Array {
  return bytesOf(Float32Array.from({ length: 256 }, (_, value) => 255 * curve(value / 255)));
}
