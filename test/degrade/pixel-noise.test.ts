import { describe, expect, test } from 'vitest';
import { normalField, uniformField } from '#antonym/degrade/pixel-noise.js';
import { inWorkspace } from '#antonym/degrade/workspace.js';

const count = 1 << 18;

const normal = (length: number, seed: number): Float32Array =>
  inWorkspace((workspace) => workspace.floats(normalField(workspace, length, seed), length).slice());
const uniform = (length: number, seed: number): Uint32Array =>
  inWorkspace((workspace) => new Uint32Array(workspace.bytes(uniformField(workspace, length, seed), 4 * length).buffer));

function moments(values: ArrayLike<number>): { mean: number; variance: number; kurtosis: number } {
  let [mean, second, fourth] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  for (let i = 0; i < values.length; i++) {
    const square = (values[i]! - mean) ** 2;
    second += square / values.length;
    fourth += square ** 2 / values.length;
  }
  return { mean, variance: second, kurtosis: fourth / second ** 2 };
}

/** Correlation of a sequence with itself, `lag` later. */
function correlation(values: ArrayLike<number>, lag: number): number {
  const { mean, variance } = moments(values);
  let sum = 0;
  for (let i = 0; i + lag < values.length; i++) sum += (values[i]! - mean) * (values[i + lag]! - mean);
  return sum / (values.length - lag) / variance;
}

// Bounds of five standard errors at this count.
describe.each([0, 1, 2, 0xffffffff])('seed %d', (seed) => {
  test('normal draws have the moments, the tails and the independence of the standard normal distribution', () => {
    const values = normal(count, seed);
    const { mean, variance, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / count));
    // P(|x| > 1), P(|x| > 2), P(|x| > 3)
    for (const [bound, share] of [
      [1, 0.3173105],
      [2, 0.0455003],
      [3, 0.0026998],
    ] as const) {
      const beyond = values.reduce((sum, value) => sum + (Math.abs(value) > bound ? 1 : 0), 0) / count;
      expect(Math.abs(beyond - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / count));
    }
    for (const lag of [1, 2, 3, 4, 96, 672]) expect(Math.abs(correlation(values, lag))).toBeLessThan(5 / Math.sqrt(count));
  });

  test('uniform draws fill 256 bins evenly, in their high and in their low bits', () => {
    const words = uniform(count, seed);
    for (const shift of [24, 0]) {
      const bins = new Uint32Array(256);
      for (const word of words) bins[(word >>> shift) & 255]!++;
      const chiSquared = bins.reduce((sum, bin) => sum + (bin - count / 256) ** 2 / (count / 256), 0);
      // 255 degrees of freedom: mean 255, deviation 22.6.
      expect(Math.abs(chiSquared - 255)).toBeLessThan(5 * 22.6);
    }
  });
});

test('a longer field continues a shorter one, and successive seeds are unrelated', () => {
  const [short, long, other] = [uniform(100, 5), uniform(count, 5), uniform(count, 6)];
  expect(long.subarray(0, 100)).toEqual(short);
  const both = Float64Array.from(long, (word, i) => (word / 2 ** 32 - 0.5) * (other[i]! / 2 ** 32 - 0.5));
  // The product of two independent uniform draws around 0 has the deviation 1/12.
  expect(Math.abs(moments(both).mean)).toBeLessThan(5 / 12 / Math.sqrt(count));
});
