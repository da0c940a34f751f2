import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ResamplingKernel, resample } from '#antonym/degrade/filters/resample.js';

// Its numbers are compared with Pillow's in the golden results of downscale-upscale and chroma-subsampling.
const side = fc.integer({ min: 1, max: 24 });
const kernel = fc.constantFrom<ResamplingKernel>('box', 'linear', 'cubic');
const ramp = (count: number): Float32Array => Float32Array.from({ length: count }, (_, index) => Math.sin(index * 1.7) * 100);

test('a constant stays constant at any size', () => {
  fc.assert(
    fc.property(side, side, side, side, kernel, (width, height, newWidth, newHeight, name) => {
      const result = resample(new Float32Array(width * height * 3).fill(77), width, height, 3, newWidth, newHeight, name);
      expect(result.length).toBe(newWidth * newHeight * 3);
      for (const value of result) expect(Math.abs(value - 77)).toBeLessThan(1e-3);
    }),
  );
});

test('the same size is the identity', () => {
  fc.assert(
    fc.property(side, side, kernel, (width, height, name) => {
      const values = ramp(width * height * 2);
      const result = resample(values, width, height, 2, width, height, name);
      for (const [index, value] of result.entries()) expect(Math.abs(value - values[index]!)).toBeLessThan(1e-3);
    }),
  );
});

test('a box by a whole factor is the mean of blocks', () => {
  const values = ramp(12 * 8);
  const result = resample(values, 12, 8, 1, 4, 4, 'box');
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 4; x++) {
      let sum = 0;
      for (let dy = 0; dy < 2; dy++) for (let dx = 0; dx < 3; dx++) sum += values[(2 * y + dy) * 12 + 3 * x + dx]!;
      expect(result[y * 4 + x]).toBeCloseTo(sum / 6, 3);
    }
  }
});

test('linear enlargement of a slope is a slope between the first and the last centre', () => {
  const result = resample(Float32Array.from([0, 10, 20, 30]), 4, 1, 1, 16, 1, 'linear');
  for (let index = 2; index < 14; index++) expect(result[index]).toBeCloseTo(10 * ((index + 0.5) / 4 - 0.5), 4);
});
