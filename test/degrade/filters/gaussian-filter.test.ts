import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gaussianFilter } from '#antonym/degrade/filters/gaussian-filter.js';

test.each([0.3, 0.6, 1, 2.5, 5, 20])('the impulse response of sigma %d is a Gaussian', (sigma) => {
  const radius = Math.ceil(6 * sigma);
  const side = 2 * radius + 1;
  const values = new Float32Array(side * side);
  values[radius * side + radius] = 1;
  gaussianFilter(values, side, side, 1, sigma);
  const line = Array.from({ length: side }, (_, x) => Math.exp(-((x - radius) ** 2) / (2 * sigma ** 2)));
  const sum = line.reduce((total, value) => total + value, 0);
  const peak = 1 / sum ** 2;
  for (let index = 0; index < values.length; index++) {
    const exact = (line[index % side]! * line[Math.floor(index / side)]!) / sum ** 2;
    expect(Math.abs(values[index]! - exact) / peak).toBeLessThan(2e-3);
  }
});

const image = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }), channels: fc.integer({ min: 1, max: 3 }) })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      values: fc.array(fc.double({ min: 0, max: 255, noNaN: true }), {
        minLength: shape.width * shape.height * shape.channels,
        maxLength: shape.width * shape.height * shape.channels,
      }),
    }),
  );
const sigma = fc.double({ min: 0.3, max: 12, noNaN: true });

test('linear: a constant stays, and an offset passes through', () => {
  fc.assert(
    fc.property(image, sigma, fc.double({ min: -100, max: 100, noNaN: true }), ({ shape, values }, deviation, offset) => {
      const filtered = Float32Array.from(values);
      const shifted = Float32Array.from(values, (value) => value + offset);
      const constant = new Float32Array(values.length).fill(offset);
      for (const target of [filtered, shifted, constant]) gaussianFilter(target, shape.width, shape.height, shape.channels, deviation);
      for (let i = 0; i < values.length; i++) {
        expect(constant[i]).toBeCloseTo(offset, 2);
        expect(shifted[i]).toBeCloseTo(filtered[i]! + offset, 2);
      }
    }),
  );
});

test('symmetric: the mirrored image gives the mirrored result', () => {
  fc.assert(
    fc.property(image, sigma, ({ shape: { width, height, channels }, values }, deviation) => {
      const mirror = (list: ArrayLike<number>): Float32Array =>
        Float32Array.from(list, (_, index) => {
          const pixel = Math.floor(index / channels);
          const row = Math.floor(pixel / width);
          return list[(row * width + width - 1 - (pixel % width)) * channels + (index % channels)]!;
        });
      const [filtered, mirrored] = [Float32Array.from(values), mirror(values)];
      for (const target of [filtered, mirrored]) gaussianFilter(target, width, height, channels, deviation);
      const back = mirror(mirrored);
      for (let i = 0; i < values.length; i++) expect(back[i]).toBeCloseTo(filtered[i]!, 2);
    }),
  );
});
