import { expect, test } from 'vitest';
import { mean, sampleDeviation } from '#antonym/statistics/mean.js';

test('mean and sample deviation are those of Python 3', () => {
  // statistics.mean and statistics.stdev
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  expect(mean(values)).toBe(5);
  expect(sampleDeviation(values)).toBeCloseTo(2.138089935299395, 15);
  expect(mean(Float32Array.of(0.5, -1.5))).toBe(-0.5);
});

test('too few values have none', () => {
  expect(mean([])).toBeNaN();
  expect(sampleDeviation([3])).toBeNaN();
});
