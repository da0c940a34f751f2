import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderChanges } from '#antonym/statistics/order-changes.js';
import { krcc } from '#antonym/statistics/rank-correlation.js';

describe('changes of order', () => {
  test('are counted in pairs that the first score tells apart', () => {
    expect(orderChanges([1, 2, 3], [10, 20, 30])).toEqual({ pairs: 3, changed: 0 });
    expect(orderChanges([1, 2, 3], [10, 30, 20])).toEqual({ pairs: 3, changed: 1 / 3 });
    // a tie that opens is no change, one that closes is
    expect(orderChanges([1, 1, 3], [1, 2, 3])).toEqual({ pairs: 2, changed: 0 });
    expect(orderChanges([1, 2, 3], [1, 1, 3])).toEqual({ pairs: 3, changed: 1 / 3 });
    expect(orderChanges([1, 2, 3], [1, Number.NaN, 3])).toEqual({ pairs: 3, changed: 2 / 3 });
    expect(orderChanges([5, 5], [1, 2])).toEqual({ pairs: 0, changed: 0 });
    expect(() => orderChanges([1], [1, 2])).toThrow(RangeError);
  });

  test('without ties are the discordant pairs of Kendall: tau = 1 - 2 changed', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(distinct, distinct, (first, second) => {
        expect(orderChanges(first, second).changed).toBeCloseTo((1 - krcc(first, second)) / 2, 9);
      }),
    );
  });
});
