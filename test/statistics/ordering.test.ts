import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { correctlyOrderedShare } from '#antonym/statistics/ordering.js';
import { krcc } from '#antonym/statistics/rank-correlation.js';

describe('the share of correctly ordered levels', () => {
  test.each([
    [[0.9, 0.5, 0.1], 1],
    [[0.1, 0.5, 0.9], 0],
    [[0.9, 0.1, 0.5], 2 / 3],
    [[0.5, 0.5, 0.5], 0.5],
    [[0.9, 0.9, 0.1], 5 / 6],
    [[0.9, Number.NaN, 0.1], 1 / 3],
  ])('of %j is %f', (scores, share) => {
    expect(correctlyOrderedShare(scores)).toBeCloseTo(share, 12);
  });

  test('of fewer than two levels is not defined', () => {
    expect([correctlyOrderedShare([]), correctlyOrderedShare([1])]).toEqual([Number.NaN, Number.NaN]);
  });

  test('without ties is Kendall against the levels, moved from -1..1 to 0..1', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.double({ noNaN: true }), { minLength: 2, maxLength: 12 }), (scores) => {
        fc.pre(new Set(scores.map((score) => score + 0)).size === scores.length); // -0 equals 0
        const levels = scores.map((_, level) => -level);
        expect(correctlyOrderedShare(scores)).toBeCloseTo((1 + krcc(scores, levels)) / 2, 12);
      }),
    );
  });
});
