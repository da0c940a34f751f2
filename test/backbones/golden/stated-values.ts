/** Numbers that Python and TypeScript compute alike (stated_values.py), so that golden files need not store weights and pixels. */

/** mix(fnv1a(name) + i * 0x9E3779B9) / 2^32 in [0, 1), where mix is the finalizer of MurmurHash3. */
export function stated(name: string, count: number): Float64Array {
  let seed = 2166136261;
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 16777619);
  return Float64Array.from({ length: count }, (_, index) => {
    let x = (seed + Math.imul(index, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    return (x >>> 0) / 2 ** 32;
  });
}
