/** Ridge regressions of several targets, against their definition. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combinedSums, linearMapOf, ridgeRegression, ridgeSums } from '#antonym/recipe/ridge-regression.js';

const value = fc.double({ min: -3, max: 3, noNaN: true });
const problem = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 })).chain(([size, targets]) =>
  fc.record({
    rows: fc.array(fc.array(value, { minLength: size, maxLength: size }), { minLength: 4, maxLength: 12 }),
    targets: fc.array(fc.array(value, { minLength: targets, maxLength: targets }), { minLength: 12, maxLength: 12 }),
    penalty: fc.double({ min: 0.05, max: 5, noNaN: true }),
  }),
);

describe('ridgeRegression', () => {
  test('of one feature with mean 0: weight = mean(z y) / (mean(z z) + penalty), bias = mean(y)', () => {
    const { weights, bias } = ridgeRegression(ridgeSums([[1], [2], [-3]], [[2], [4], [3]]), 0.5);
    expect(weights[0]).toBeCloseTo((2 + 8 - 9) / 3 / (14 / 3 + 0.5), 12);
    expect(bias[0]).toBeCloseTo(3, 12);
  });

  test('leaves no gradient: errors are orthogonal to every feature but for the penalty, and add up to 0', () => {
    fc.assert(
      fc.property(problem, ({ rows, targets, penalty }) => {
        const wanted = targets.slice(0, rows.length);
        const map = ridgeRegression(ridgeSums(rows, wanted), penalty);
        for (let target = 0; target < map.targets; target++) {
          const errors = rows.map((row, index) => wanted[index]![target]! - linearMapOf(map, row)[target]!);
          expect(Math.abs(errors.reduce((sum, error) => sum + error, 0))).toBeLessThan(1e-8);
          for (let feature = 0; feature < map.features; feature++) {
            const product = rows.reduce((sum, row, index) => sum + row[feature]! * errors[index]!, 0);
            expect(Math.abs(product - rows.length * penalty * map.weights[feature * map.targets + target]!)).toBeLessThan(1e-8);
          }
        }
      }),
    );
  });

  test('sums of parts are those of the whole, and a part can be taken out', () => {
    fc.assert(
      fc.property(problem, ({ rows, targets, penalty }) => {
        const wanted = targets.slice(0, rows.length);
        const whole = ridgeSums(rows, wanted);
        const parts = [ridgeSums(rows.slice(0, 2), wanted.slice(0, 2)), ridgeSums(rows.slice(2), wanted.slice(2))] as const;
        const close = (one: Float64Array, other: Float64Array): void => {
          for (const [index, number] of one.entries()) expect(Math.abs(number - other[index]!)).toBeLessThan(1e-6);
        };
        const weightsOf = (sums: typeof whole): Float64Array => ridgeRegression(sums, penalty).weights;
        const added = combinedSums([
          [parts[0], 1],
          [parts[1], 1],
        ]);
        close(weightsOf(added), weightsOf(whole));
        const taken = combinedSums([
          [whole, 1],
          [parts[0], -1],
        ]);
        close(weightsOf(taken), weightsOf(parts[1]));
      }),
    );
  });
});
