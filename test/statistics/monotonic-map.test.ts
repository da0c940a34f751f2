/** Monotonic maps: scikit-learn's isotonic regression, SciPy's curve of five parameters (that of four: logistic-fit.test.ts), known curves found again, and leave-one-out against a plain loop. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { fitMap, leaveOneOut, leaveOneOutMeans, mapKinds, mapped, negated, rootMeanSquare } from '#antonym/statistics/monotonic-map.js';

const { cases } = JSON.parse(await readFile(new URL('golden/isotonic.json', import.meta.url), 'utf8'));
const sloped = JSON.parse(await readFile(new URL('golden/sloped.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly { name: string; x: number[]; y: number[]; rmse: number }[];
};
const xs = Array.from({ length: 40 }, (_, index) => (index + 0.5) / 40);
const noisy = xs.map((x) => 1 + 4 * x * x + 0.4 * Math.sin(97 * x));

test('isotonic regression is scikit-learn’s, with ties and beyond the ends', () => {
  expect(cases).toHaveLength(3);
  for (const { x, y, at, value } of cases) {
    const map = fitMap('isotonic', x, y);
    for (const [index, place] of at.entries()) expect(mapped(map, place)).toBeCloseTo(value[index], 10);
  }
});

test('logistic maps find known curves again', () => {
  const curve = { lower: 10, upper: 80, middle: 0.45, width: 0.09 };
  const four = xs.map((x) => mapped({ kind: 'logistic4', ...curve }, x));
  expect(fitMap('logistic4', xs, four)).toMatchObject({ kind: 'logistic4', lower: expect.closeTo(10, 4), width: expect.closeTo(0.09, 5) });
  const five = xs.map((x) => mapped({ kind: 'logistic5', ...curve, slope: 30 }, x));
  const found = fitMap('logistic5', xs, five);
  for (const [index, x] of xs.entries()) expect(Math.abs(mapped(found, x) - five[index]!)).toBeLessThan(0.05);
});

test.each(sloped.cases)('the logistic curve of five parameters is as good as SciPy finds within the same bounds: $name', ({
  x,
  y,
  rmse,
}) => {
  const map = fitMap('logistic5', x, y);
  const own = rootMeanSquare(
    x.map((value) => mapped(map, value)),
    y,
  );
  // the grid of starts may miss the best of several minima by a little
  expect(own / rmse - 1).toBeLessThan(5e-3);
  expect(own / rmse - 1).toBeGreaterThan(-1e-4);
});

describe.each(mapKinds)('%s', (kind) => {
  test('ends on ratings that it can meet, exactly or but for the least width of a bend', () => {
    for (const count of [3, 10, 40]) {
      const x = xs.slice(0, count);
      for (const y of [x, x.map((value) => 100 * value), x.map((value) => 3 * value + 2), x.map((value) => (value < x[1]! ? 1 : 5))]) {
        const map = fitMap(kind, x, y);
        const error = rootMeanSquare(
          x.map((value) => mapped(map, value)),
          y,
        );
        expect(error / (Math.max(...y) - Math.min(...y))).toBeLessThan(0.05);
      }
    }
  });

  test('never falls, not even on ratings that do, and the negative never rises', () => {
    for (const y of [noisy, [...noisy].reverse(), noisy.map((value, index) => value + (index % 7))]) {
      const values = Array.from({ length: 300 }, (_, index) => mapped(fitMap(kind, xs, y), -0.2 + index / 200));
      for (let at = 1; at < values.length; at++) expect(values[at]! - values[at - 1]!).toBeGreaterThanOrEqual(-1e-9);
    }
    const map = fitMap(kind, xs, noisy);
    expect(mapped(negated(map), 0.3)).toBeCloseTo(-mapped(map, 0.3), 12);
  });

  test('leave-one-out is a plain loop', () => {
    const predicted = leaveOneOut(kind, xs.slice(0, 15), noisy.slice(0, 15));
    for (let out = 0; out < 15; out++) {
      const [x, y]: [number[], number[]] = [[], []];
      for (let other = 0; other < 15; other++)
        if (other !== out) {
          x.push(xs[other]!);
          y.push(noisy[other]!);
        }
      expect(predicted[out]).toBe(mapped(fitMap(kind, x, y), xs[out]!));
    }
  });
});

test('means without one, and the root of mean squares', () => {
  expect(leaveOneOutMeans([1, 2, 6])).toEqual([4, 3.5, 1.5]);
  expect(rootMeanSquare([1, 2], [4, 6])).toBeCloseTo(Math.sqrt(12.5), 12);
});
