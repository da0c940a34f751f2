import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantile, quantiles } from '#antonym/statistics/quantile.js';

const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 20 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('quantiles', () => {
  test('known values', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5);
    expect(quantiles([10, 0], [0, 0.25, 1])).toEqual([0, 2.5, 10]);
    expect(quantile(Float32Array.of(7), 0.3)).toBe(7);
    expect(quantile([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.5)).toBe(Number.POSITIVE_INFINITY);
  });

  test('grow with the share, stay within the values, and leave them as they are', () => {
    fc.assert(
      fc.property(values, share, share, (list, a, b) => {
        const before = [...list];
        const [low, high] = quantiles(list, [Math.min(a, b), Math.max(a, b)]) as [number, number];
        expect(low).toBeLessThanOrEqual(high + 1e-6);
        expect(low).toBeGreaterThanOrEqual(Math.min(...list));
        expect(high).toBeLessThanOrEqual(Math.max(...list) + 1e-6);
        expect(list).toEqual(before);
      }),
    );
  });

  test('of nothing and of NaN are NaN, and shares are checked', () => {
    expect([quantile([], 0.5), quantile([1, Number.NaN], 0.5)]).toEqual([Number.NaN, Number.NaN]);
    for (const wrong of [-0.1, 1.1, Number.NaN])
      expect(() => quantile([1], wrong)).toThrow(`a share must be from 0 to 1, but received ${wrong}`);
  });
});
