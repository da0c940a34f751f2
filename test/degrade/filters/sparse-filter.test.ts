import fc from 'fast-check';
import { expect, test } from 'vitest';
import { discKernel, segmentKernel } from '#antonym/degrade/filters/blur-kernels.js';
import { sparseFilter } from '#antonym/degrade/filters/sparse-filter.js';
import { randomStream } from '#antonym/support/random.js';

function randomImage(width: number, height: number, seed: number) {
  const random = randomStream(seed, 'image');
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
}

const kernel = fc.oneof(
  fc.double({ min: 0.3, max: 12, noNaN: true }).map(discKernel),
  fc
    .tuple(fc.double({ min: 1, max: 25, noNaN: true }), fc.double({ min: 0, max: 3.14, noNaN: true }))
    .map(([length, angle]) => segmentKernel(length, angle)),
);
const side = fc.integer({ min: 1, max: 24 });

test('agrees with the plain double sum, but for the rounding of its weights', () => {
  fc.assert(
    fc.property(side, side, kernel, fc.integer(), (width, height, { radius, weights }, seed) => {
      const image = randomImage(width, height, seed);
      const filtered = sparseFilter(image, { radius, weights });
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const [x, y] = [Math.floor(width / 3), Math.floor(height / 2)];
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (const [index, weight] of weights.entries()) {
          const column = Math.min(Math.max(x + (index % (2 * radius + 1)) - radius, 0), width - 1);
          const row = Math.min(Math.max(y + Math.floor(index / (2 * radius + 1)) - radius, 0), height - 1);
          sum += (weight / total) * image.data[(row * width + column) * 3 + channel]!;
        }
        // Half a gray value by the rounding of the result, the rest by that of the weights, on noise.
        expect(Math.abs(filtered.data[(y * width + x) * 3 + channel]! - sum)).toBeLessThan(0.6);
      }
    }),
    { numRuns: 300 },
  );
});

test('a plain image stays as it is, 255 and 0 included', () => {
  fc.assert(
    fc.property(
      side,
      side,
      kernel,
      fc.constantFrom([255, 255, 255], [0, 0, 0], [255, 0, 255], [1, 254, 7]),
      (width, height, flat, color) => {
        const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => color[index % 3]!);
        expect(sparseFilter({ width, height, data }, flat).data).toEqual(data);
      },
    ),
  );
});

test('kernels: the area of the disc, the orientation of the segment', () => {
  for (const radius of [1, 2.5, 8]) {
    const area = discKernel(radius).weights.reduce((sum, weight) => sum + weight, 0);
    expect(Math.abs(area / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.01);
  }
  // Row by row from the top left: clockwise from the right means down to the right.
  const { radius, weights } = segmentKernel(7, Math.PI / 4);
  const at = (x: number, y: number): number => weights[(y + radius) * (2 * radius + 1) + x + radius]!;
  expect(at(2, 2)).toBeCloseTo(1);
  expect(at(2, -2)).toBe(0);
});

test('a kernel too large for exact sums is refused', () => {
  expect(() => sparseFilter(randomImage(4, 4, 1), discKernel(46))).toThrow(RangeError);
});
