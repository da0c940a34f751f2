import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monotoneCurve } from '#antonym/degrade/color/monotone-curve.js';

test('passes through its points and never turns between them', () => {
  const steps = fc.array(fc.tuple(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })), {
    minLength: 3,
    maxLength: 8,
  });
  fc.assert(
    fc.property(steps, (list) => {
      let [x, y] = [0, 0];
      const points = list.map(([dx, dy]): [number, number] => {
        x += dx;
        y += dy;
        return [x, y];
      });
      const curve = monotoneCurve(points);
      for (const [px, py] of points) expect(curve(px)).toBeCloseTo(py, 9);
      for (let i = 0; i + 1 < points.length; i++) {
        const [[x0, y0], [x1, y1]] = [points[i]!, points[i + 1]!];
        let before = y0;
        for (let step = 1; step <= 20; step++) {
          const value = curve(x0 + ((x1 - x0) * step) / 20);
          expect((value - before) * Math.sign(y1 - y0)).toBeGreaterThanOrEqual(-1e-9);
          before = value;
        }
      }
    }),
  );
});

test('two points are too few', () => {
  expect(() =>
    monotoneCurve([
      [0, 0],
      [1, 1],
    ]),
  ).toThrow(RangeError);
});
