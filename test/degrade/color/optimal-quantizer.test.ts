import fc from 'fast-check';
import { expect, test } from 'vitest';
import { optimalQuantizer } from '#antonym/degrade/color/optimal-quantizer.js';

const errorOf = (data: readonly number[], table: ArrayLike<number>): number =>
  data.reduce((sum, value) => sum + (value - table[value]!) ** 2, 0);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const byte = fc.integer({ min: 0, max: 255 });

test('no other two thresholds have less error', () => {
  fc.assert(
    fc.property(fc.array(byte, { minLength: 4, maxLength: 12 }), (data) => {
      const values = [...new Set(data)].sort((a, b) => a - b);
      fc.pre(values.length >= 4);
      let least = Number.POSITIVE_INFINITY;
      for (const first of values.slice(1)) {
        for (const second of values.filter((value) => value > first)) {
          const classes = [data.filter((v) => v < first), data.filter((v) => v >= first && v < second), data.filter((v) => v >= second)];
          const error = classes.reduce((sum, members) => sum + members.reduce((s, value) => s + (value - mean(members)) ** 2, 0), 0);
          least = Math.min(least, error);
        }
      }
      const table = optimalQuantizer(Uint8Array.from(data), 3);
      expect(new Set(data.map((value) => table[value])).size).toBe(3);
      // The means are rounded, each by at most a half.
      expect(errorOf(data, table)).toBeLessThanOrEqual(least + data.length / 4 + 1e-6);
    }),
  );
});

test('rises with its argument; more classes have no more error; enough classes have none', () => {
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (data, classes) => {
      const bytes = Uint8Array.from(data);
      const table = optimalQuantizer(bytes, classes);
      const shown = [...new Set(data)].sort((a, b) => a - b).map((value) => table[value]!);
      expect(shown).toEqual([...shown].sort((a, b) => a - b));
      expect(new Set(shown).size).toBeLessThanOrEqual(classes);
      expect(errorOf(data, optimalQuantizer(bytes, classes + 1))).toBeLessThanOrEqual(errorOf(data, table) + data.length / 4);
      expect(errorOf(data, optimalQuantizer(bytes, 256))).toBe(0);
    }),
    { numRuns: 50 },
  );
});
