import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticksOf } from '#antonym/charts/ticks.js';

test.each([
  [0, 1, 5, ['0', '0.2', '0.4', '0.6', '0.8', '1.0']],
  [0.02, 0.183, 4, ['0', '0.05', '0.10', '0.15', '0.20']],
  [0, 100_000, 5, ['0', '20k', '40k', '60k', '80k', '100k']],
  [0, 2.5e6, 5, ['0', '500k', '1000k', '1500k', '2000k', '2500k']],
  [0, 2.5e7, 5, ['0', '5M', '10M', '15M', '20M', '25M']],
  [0, 1e-6, 2, ['0', '5e−7', '1.0e−6']],
  [-1, 0.2, 4, ['−1.0', '−0.5', '0', '0.5']],
])('from %d to %d', (low, high, count, labels) => {
  expect(ticksOf(low, high, count).labels).toEqual(labels);
});

test('ticks are round, even, within the domain, and the domain holds the values', () => {
  const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(value, value, fc.integer({ min: 1, max: 12 }), fc.boolean(), (a, b, count, exact) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const { domain, values, labels } = ticksOf(low, high, count, exact);
      const slack = (domain[1] - domain[0]) * 1e-6;
      expect(domain[0]).toBeLessThanOrEqual(low + slack);
      expect(domain[1]).toBeGreaterThanOrEqual(high - slack);
      expect(labels).toHaveLength(values.length);
      if (!exact) expect(new Set(labels).size).toBe(labels.length);
      expect(values.length).toBeLessThanOrEqual(count + 3);
      const steps = values.slice(1).map((tick, index) => tick - values[index]!);
      for (const step of steps) {
        expect(step).toBeCloseTo(steps[0]!, 6);
        expect(['1', '2', '5']).toContain(
          step
            .toPrecision(4)
            .replace(/[.0]|e.*/g, '')
            .replace(/^9+$/, '1'),
        );
      }
    }),
  );
});

test('no values, one value and infinite ones have an axis', () => {
  expect(ticksOf(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 4).domain).toEqual([0, 1]);
  expect(ticksOf(3, 3, 2).values.length).toBeGreaterThan(1);
  expect(ticksOf(0, 0, 2).labels).toContain('0');
});
