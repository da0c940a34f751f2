/** The regression behind the shipped model, against closed forms. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dot, ridge, standardizationOf, standardize } from '#antonym/recipe/ridge.js';

const value = fc.double({ min: -3, max: 3, noNaN: true });
const problem = fc.integer({ min: 1, max: 6 }).chain((size) =>
  fc.record({
    rows: fc.array(
      fc.array(value, { minLength: size, maxLength: size }).map((row) => Float64Array.from(row)),
      { minLength: 2, maxLength: 12 },
    ),
    targets: fc.array(value, { minLength: 12, maxLength: 12 }),
    penalty: fc.double({ min: 0.05, max: 5, noNaN: true }),
  }),
);

describe('ridge', () => {
  test('of one feature: z y / (z z + penalty)', () => {
    const rows = [1, 2, -3].map((z) => Float64Array.of(z));
    const [weight] = ridge(rows, [2, 4, 3], 0.5);
    // the mean of the targets, 3, is taken away: z (y - 3) = -1 + 2 + 0
    expect(weight).toBeCloseTo(1 / 14.5, 12);
  });

  test('of targets so small that the square of the gradient is none is finite', () => {
    expect([...ridge([Float64Array.of(3e-56), Float64Array.of(0)], [2e-106, 0], 0.05)]).toEqual([0]);
  });

  test('leaves no gradient: the residual is orthogonal to every feature but for the penalty', () => {
    fc.assert(
      fc.property(problem, ({ rows, targets, penalty }) => {
        const used = targets.slice(0, rows.length);
        const weights = ridge(rows, used, penalty);
        const mean = used.reduce((sum, target) => sum + target, 0) / used.length;
        for (let feature = 0; feature < weights.length; feature++) {
          const fitted = rows.reduce((sum, row, index) => sum + row[feature]! * (used[index]! - mean - dot(row, weights)), 0);
          expect(Math.abs(fitted - penalty * weights.length * weights[feature]!)).toBeLessThan(1e-6);
        }
      }),
    );
  });
});

test('standardised features have mean 0 and, beside a small mean, deviation 1; far ones are cut off', () => {
  const rows = [-1, 1, -1, 1].map((sign) => Float32Array.of(sign * 5, 100 + sign));
  const standardization = standardizationOf(rows);
  const gains = Float64Array.of(1, 2);
  const [first, second] = standardize(rows[0]!, standardization, gains);
  expect(first).toBeCloseTo(-5 / 5.001, 6);
  // 1 / (1 + 0.02 x 100 + 0.001), doubled
  expect(second).toBeCloseTo(-2 / 3.001, 6);
  expect([...standardize(Float32Array.of(1e6, 100), standardization, gains)]).toEqual([4, 0]);
});
