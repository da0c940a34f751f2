import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeLikeness, likenessOf } from '#antonym/score/likeness.js';

const scorePercentiles = [
  { level: 0, p5: 0.6, p25: 0.7, p50: 0.8, p75: 0.9, p95: 0.95 },
  { level: 1, p5: 0.5, p25: 0.6, p50: 0.7, p75: 0.8, p95: 0.9 },
  { level: 2, p5: 0.2, p25: 0.3, p50: 0.4, p75: 0.5, p95: 0.7 },
  { level: 3, p5: 0, p25: 0.05, p50: 0.1, p75: 0.3, p95: 0.4 },
];

test.each([
  [0.99, 'like pristine', 95],
  [0.8, 'like pristine', 50],
  [0.76, 'like pristine', 40],
  [0.7, 'like level 1 of 3', 25],
  [0.5, 'like level 2 of 3', 5],
  [0.02, 'like level 3 of 3', 5],
])('a score of %s is %s, at percentile %s among pristine crops', (score, words, percentile) => {
  const likeness = likenessOf(score, { scorePercentiles })!;
  expect([describeLikeness(likeness), likeness.percentile]).toEqual([words, percentile]);
});

test('a higher score is never like a stronger level, nor at a lower percentile', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((score) => likenessOf(score, { scorePercentiles })!);
      expect(high!.level).toBeLessThanOrEqual(low!.level);
      expect(high!.percentile).toBeGreaterThanOrEqual(low!.percentile);
    }),
  );
});

test('a model without scores of crops says nothing', () => {
  expect(likenessOf(0.5, { scorePercentiles: [] })).toBeUndefined();
});

test('a model whose scores do not fall with the level says nothing', () => {
  const rising = scorePercentiles.map((percentiles, index) => ({ ...scorePercentiles.at(-1 - index)!, level: percentiles.level }));
  expect(likenessOf(0.5, { scorePercentiles: rising })).toBeUndefined();
});
