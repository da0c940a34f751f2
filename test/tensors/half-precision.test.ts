import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { largestHalf, toHalf } from '#antonym/tensors/half-precision.js';
import { toFloat32 } from '#antonym/tensors/stored-types.js';

test('numbers are rounded as NumPy rounds them: ties, subnormals and overflow among them', async () => {
  const golden = JSON.parse(await readFile(new URL('golden/half_precision.json', import.meta.url), 'utf8'));
  const bytes = (hex: string): ArrayBuffer => new Uint8Array(Buffer.from(hex, 'hex')).buffer;
  const [single, half] = [new Float32Array(bytes(golden.single)), new Uint16Array(bytes(golden.half))];
  expect(single.length).toBeGreaterThan(5000);
  expect(toHalf(single)).toEqual(half);
  // those of a larger array's middle, too
  expect(toHalf(single.subarray(3, 40))).toEqual(half.subarray(3, 40));
});

test('every half is the half of its own value', () => {
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const values = toFloat32('float16', all.slice().buffer);
  for (const [bits, half] of toHalf(values).entries()) {
    if (Number.isNaN(values[bits])) expect(half & 0x7fff).toBe(0x7e00);
    else if (half !== bits) expect.fail(`${bits} became ${half}`);
  }
});

test('rounding errs by half a unit in the last of 11 places, or of 2^-24', () => {
  const largest = Math.fround(largestHalf);
  fc.assert(
    fc.property(fc.float({ min: -largest, max: largest, noNaN: true }), (value) => {
      const [rounded] = toFloat32('float16', toHalf(Float32Array.of(value)).buffer);
      expect(Math.abs(rounded! - value)).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
    }),
  );
});
