import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Point, smooth, thin } from '#antonym/charts/points.js';

const series = fc
  .array(fc.oneof({ arbitrary: fc.double({ noNaN: true, min: -1e6, max: 1e6 }), weight: 9 }, fc.constant(Number.NaN)), { maxLength: 400 })
  .map((values) => values.map((value, index): Point => [index, value]));

describe('thinning', () => {
  test('keeps the lowest and the highest value, the order, and no more than asked for', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 60 }), (points, buckets) => {
        const kept = thin(points, buckets);
        expect(kept.length).toBeLessThanOrEqual(2 * buckets);
        expect(kept.map(([x]) => x)).toEqual([...kept.map(([x]) => x)].sort((a, b) => a - b));
        const finite = (list: readonly Point[]) => list.map(([, y]) => y).filter(Number.isFinite);
        if (finite(points).length === 0) return;
        expect(Math.max(...finite(kept))).toBe(Math.max(...finite(points)));
        expect(Math.min(...finite(kept))).toBe(Math.min(...finite(points)));
      }),
    );
  });

  test('few points stay as they are', () => {
    const points: Point[] = [
      [0, 1],
      [1, Number.NaN],
      [2, 3],
    ];
    expect(thin(points, 2)).toEqual(points);
  });
});

describe('smoothing', () => {
  test('weighs a value half of the one a half-life later, and starts without a bias', () => {
    expect(
      smooth(
        [
          [0, 4],
          [1, 8],
        ],
        1,
      ),
    ).toEqual([
      [0, 4],
      [1, (4 / 2 + 8) / 1.5],
    ]);
    const constant = Array.from({ length: 50 }, (_, index): Point => [index, 7]);
    for (const [, y] of smooth(constant, 5)) expect(y).toBeCloseTo(7, 12);
  });

  test('leaves out what is no number', () => {
    expect(
      smooth(
        [
          [0, 4],
          [1, Number.NaN],
          [2, 4],
        ],
        1,
      ),
    ).toEqual([
      [0, 4],
      [2, 4],
    ]);
  });
});
