import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learningRate } from '#antonym/train/schedule.js';

const schedules = fc
  .record({
    peak: fc.double({ min: 1e-9, max: 1, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    steps: fc.integer({ min: 1, max: 300 }),
    warmup: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ peak, share, steps, warmup }) => ({ peak, floor: peak * share, steps, warmupSteps: Math.floor(steps * warmup) }));

describe('learning rate', () => {
  test('known values', () => {
    const schedule = { peak: 1, floor: 0.1, warmupSteps: 4, steps: 12 };
    const rates = [1, 2, 4, 8, 12].map((step) => learningRate(step, schedule));
    expect(rates).toEqual([0.25, 0.5, 1, expect.closeTo(0.55, 12), expect.closeTo(0.1, 12)]);
    expect(learningRate(1, { peak: 1, floor: 0, warmupSteps: 0, steps: 1 })).toBe(0);
    expect(learningRate(1, { peak: 1, floor: 0, warmupSteps: 1, steps: 1 })).toBe(1);
  });

  test('rises to the peak, falls to the floor, and never leaves (0, peak] before or [floor, peak] after', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const { peak, floor, warmupSteps, steps } = schedule;
        const rates = Array.from({ length: steps }, (_, index) => learningRate(index + 1, schedule));
        const tolerance = peak * 1e-12;
        rates.forEach((rate, index) => {
          const before = rates[index - 1] ?? (warmupSteps > 0 ? 0 : peak);
          if (index + 1 <= warmupSteps) expect(rate).toBeGreaterThan(before);
          else expect(rate).toBeLessThanOrEqual(before + tolerance);
          expect(rate).toBeLessThanOrEqual(peak + tolerance);
          if (index + 1 > warmupSteps) expect(rate).toBeGreaterThanOrEqual(floor - tolerance);
        });
        if (warmupSteps > 0) expect(rates[warmupSteps - 1]).toBe(peak);
        if (warmupSteps < steps) expect(rates.at(-1)).toBeCloseTo(floor, 12);
      }),
    );
  });

  test.each([0, 13, 1.5, Number.NaN])('refuses step %s of 12', (step) => {
    expect(() => learningRate(step, { peak: 1, floor: 0.1, warmupSteps: 4, steps: 12 })).toThrow(RangeError);
  });
});
