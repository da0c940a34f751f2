import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DistortionName, distortions } from '#antonym/degrade/distortions/table.js';
import type { Image } from '#antonym/images/image.js';

const side = 224;
const flat = (red: number, green = red, blue = red): Image => ({
  width: side,
  height: side,
  data: Uint8Array.from({ length: side * side * 3 }, (_, index) => [red, green, blue][index % 3]!),
});
const apply = (name: DistortionName, image: Image, strength: number, parameters: Readonly<Record<string, number>>): Image =>
  distortions[name].apply(image, strength, parameters) as Image;

/** Means and covariances of the changes of the three channels, pixel values 0..1. */
function changes(before: Image, after: Image): { means: number[]; covariances: number[][] } {
  const count = before.width * before.height;
  const values = [0, 1, 2].map((channel) =>
    Float64Array.from({ length: count }, (_, pixel) => (after.data[pixel * 3 + channel]! - before.data[pixel * 3 + channel]!) / 255),
  );
  const means = values.map((list) => list.reduce((sum, value) => sum + value, 0) / count);
  const covariances = values.map((a, i) =>
    values.map((b, j) => a.reduce((sum, value, k) => sum + (value - means[i]!) * (b[k]! - means[j]!), 0) / count),
  );
  return { means, covariances };
}

/** Rounding to bytes adds a variance of 1/12 gray value squared. */
const rounding = 1 / 12 / 255 ** 2;

test.each([0.0003, 0.002, 0.01])('white-noise of variance %d', (variance) => {
  const image = flat(128);
  const { means, covariances } = changes(image, apply('white-noise', image, variance, { seed: 3 }));
  for (let i = 0; i < 3; i++) {
    expect(Math.abs(means[i]!)).toBeLessThan((5 * Math.sqrt(variance)) / side);
    for (let j = 0; j < 3; j++) {
      expect(Math.abs(covariances[i]![j]! - (i === j ? variance + rounding : 0))).toBeLessThan(
        (5 * Math.SQRT2 * (variance + rounding)) / side,
      );
    }
  }
});

test('white-noise-ycbcr: independent in Y, Cb and Cr of ITU-R BT.601', () => {
  const variance = 0.002;
  const image = flat(128);
  const after = apply('white-noise-ycbcr', image, variance, { seed: 4 });
  const { covariances } = changes(image, after);
  // Back to YCbCr with the standard's forward matrix, which is not the one that made the noise.
  const toYcbcr = [
    [0.299, 0.587, 0.114],
    [-0.168736, -0.331264, 0.5],
    [0.5, -0.418688, -0.081312],
  ];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let covariance = 0;
      for (let k = 0; k < 3; k++) for (let l = 0; l < 3; l++) covariance += toYcbcr[i]![k]! * covariances[k]![l]! * toYcbcr[j]![l]!;
      expect(Math.abs(covariance - (i === j ? variance : 0))).toBeLessThan((5 * Math.SQRT2 * variance) / side + 2 * rounding);
    }
  }
});

test('impulse-noise: half black, half white, and each level contains the one before', () => {
  const image = flat(128);
  const count = image.data.length;
  let previous = image.data;
  for (const density of [0.001, 0.01, 0.03]) {
    const { data } = apply('impulse-noise', image, density, { seed: 5 });
    for (const extreme of [0, 255]) {
      const share = data.reduce((sum, value) => sum + (value === extreme ? 1 : 0), 0) / count;
      expect(Math.abs(share - density / 2)).toBeLessThan(5 * Math.sqrt(density / 2 / count));
    }
    expect(data.every((value) => value === 0 || value === 128 || value === 255)).toBe(true);
    expect(previous.every((value, index) => value === 128 || data[index] === value)).toBe(true);
    previous = data;
  }
});

test('multiplicative-noise grows with the value', () => {
  const variance = 0.01;
  const image = flat(40, 90, 160);
  const { means, covariances } = changes(image, apply('multiplicative-noise', image, variance, { seed: 6 }));
  for (const [channel, value] of [40, 90, 160].entries()) {
    const expected = variance * (value / 255) ** 2 + rounding;
    expect(Math.abs(means[channel]!)).toBeLessThan((5 * Math.sqrt(expected)) / side);
    expect(Math.abs(covariances[channel]![channel]! - expected)).toBeLessThan((5 * Math.SQRT2 * expected) / side);
  }
});

describe('sensor-noise', () => {
  const linear = (byte: number): number => (byte <= 0.04045 * 255 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  /** Slope of `linear` per byte. */
  const slope = (byte: number): number => linear(byte + 0.5) - linear(byte - 0.5);
  /** Covariance of two channels' changes in linear light, over the pixels at one place of the mosaic, borders left out. */
  function covarianceAt(place: readonly [x: number, y: number], value: number, electrons: number, a: number, b: number): number {
    const { data } = apply('sensor-noise', flat(value), electrons, { seed: 8 });
    let [sum, count] = [0, 0];
    for (let y = 4 + place[1]; y < side - 4; y += 2) {
      for (let x = 4 + place[0]; x < side - 4; x += 2) {
        const at = (y * side + x) * 3;
        sum += (linear(data[at + a]!) - linear(value)) * (linear(data[at + b]!) - linear(value));
        count++;
      }
    }
    return sum / count;
  }
  const [red, green, blue] = [0, 1, 2];
  const relativeError = (measured: number, wanted: number): number => Math.abs(measured / wanted - 1);
  // Five standard errors of a variance of (side / 2 - 4)^2 values.
  const tolerance = (5 * Math.SQRT2) / (side / 2 - 4);

  test.each([
    [40, 4000],
    [128, 4000],
    [220, 4000],
    [128, 600],
  ])('where a channel is seen: shot noise that grows with the light, and read noise (value %d, %d electrons)', (value, electrons) => {
    const light = linear(value);
    const variance = (light * electrons + 9) / electrons ** 2 + slope(value) ** 2 / 12;
    expect(relativeError(covarianceAt([0, 0], value, electrons, red, red), variance)).toBeLessThan(tolerance);
    expect(relativeError(covarianceAt([1, 0], value, electrons, green, green), variance)).toBeLessThan(tolerance);
    expect(relativeError(covarianceAt([1, 1], value, electrons, blue, blue), variance)).toBeLessThan(tolerance);
  });

  test('elsewhere it is interpolated: weaker, and shared by the channels, as the weights of Malvar, He and Cutler say', () => {
    const [value, electrons] = [128, 4000];
    const variance = (linear(value) * electrons + 9) / electrons ** 2;
    const rounding = slope(value) ** 2 / 12;
    // Sums of squared weights / 64: (16 + 4 4 + 4) and (36 + 4 4 + 4 2.25).
    expect(relativeError(covarianceAt([0, 0], value, electrons, green, green), (variance * 36) / 64 + rounding)).toBeLessThan(tolerance);
    expect(relativeError(covarianceAt([0, 0], value, electrons, blue, blue), (variance * 61) / 64 + rounding)).toBeLessThan(tolerance);
    // Weights of the pixel itself: 4/8 in its green, 6/8 in its blue.
    expect(Math.abs(covarianceAt([0, 0], value, electrons, red, green) / variance - 4 / 8)).toBeLessThan(tolerance);
    expect(Math.abs(covarianceAt([0, 0], value, electrons, red, blue) / variance - 6 / 8)).toBeLessThan(tolerance);
  });
});

test('jitter moves every pixel by normal displacements of the stated deviation, independent along the two axes', () => {
  // Red is the column, green the row: what a pixel shows is where it comes from.
  const image: Image = {
    width: side,
    height: side,
    data: Uint8Array.from(
      { length: side * side * 3 },
      (_, index) => [Math.floor(index / 3) % side, Math.floor(index / 3 / side), 0][index % 3]!,
    ),
  };
  const { data } = apply('jitter', image, 2.2, { seed: 7 });
  const displacements: [number, number][] = [];
  for (let y = 12; y < side - 12; y++) {
    for (let x = 12; x < side - 12; x++) displacements.push([data[(y * side + x) * 3]! - x, data[(y * side + x) * 3 + 1]! - y]);
  }
  const mean = (of: (d: [number, number]) => number): number => displacements.reduce((sum, d) => sum + of(d), 0) / displacements.length;
  const error = 5 / Math.sqrt(displacements.length);
  for (const axis of [0, 1] as const) {
    expect(Math.abs(mean((d) => d[axis]))).toBeLessThan(2.2 * error);
    expect(Math.abs(mean((d) => d[axis] ** 2) - 2.2 ** 2 - 1 / 12)).toBeLessThan(5 * Math.SQRT2 * error);
  }
  expect(Math.abs(mean((d) => d[0] * d[1]))).toBeLessThan(5 * error);
});

test('color-shift moves green alone, in the direction drawn, by the distance, at edges', () => {
  // A white disc: the center of gravity of the green lost and won shows the displacement.
  const inside = (pixel: number): boolean => Math.hypot((pixel % side) - 112, Math.floor(pixel / side) - 112) < 40;
  const image: Image = {
    width: side,
    height: side,
    data: Uint8Array.from({ length: side * side * 3 }, (_, index) => (inside(Math.floor(index / 3)) ? 230 : 20)),
  };
  fc.assert(
    fc.property(fc.double({ min: 0, max: 6.28, noNaN: true }), fc.double({ min: 0.5, max: 6, noNaN: true }), (direction, distance) => {
      const { data } = apply('color-shift', image, distance, { direction });
      let [mass, dx, dy, others] = [0, 0, 0, 0];
      for (let pixel = 0; pixel < side * side; pixel++) {
        if (data[pixel * 3] !== image.data[pixel * 3] || data[pixel * 3 + 2] !== image.data[pixel * 3 + 2]) others++;
        mass += image.data[pixel * 3 + 1]! - 20;
        dx += (data[pixel * 3 + 1]! - image.data[pixel * 3 + 1]!) * (pixel % side);
        dy += (data[pixel * 3 + 1]! - image.data[pixel * 3 + 1]!) * Math.floor(pixel / side);
      }
      expect(others).toBe(0);
      // The mask is 1 on the edge itself and falls off within a few pixels: nearly the whole displacement arrives.
      expect(Math.hypot(dx / mass, dy / mass) / distance).toBeGreaterThan(0.7);
      expect(Math.hypot(dx / mass, dy / mass) / distance).toBeLessThan(1.05);
      expect((dx * Math.cos(direction) + dy * Math.sin(direction)) / Math.hypot(dx, dy)).toBeGreaterThan(0.99);
    }),
    { numRuns: 20 },
  );
});

describe.each(['color-block', 'non-eccentricity-patch'] as const)('%s', (name) => {
  const image: Image = {
    width: side,
    height: side,
    data: Uint8Array.from({ length: side * side * 3 }, (_, index) => (index * 2654435761) >>> 24),
  };

  test('each level contains the one before, fractions included', () => {
    const seeds = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(seeds, fc.double({ min: 1, max: 30, noNaN: true }), fc.double({ min: 0, max: 30, noNaN: true }), (seed, count, more) => {
        const [fewer, further] = [apply(name, image, count, { seed }).data, apply(name, image, count + more, { seed }).data];
        let lost = 0;
        for (let i = 0; i < fewer.length; i++) if (fewer[i] !== image.data[i] && fewer[i] !== further[i]) lost++;
        expect(lost).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test('a single block covers its share of the image', () => {
    const changed = apply(name, image, 1, { seed: 9 }).data.reduce((sum, value, i) => sum + (value !== image.data[i] ? 1 : 0), 0) / 3;
    const block = (side / (name === 'color-block' ? 7 : 14)) ** 2;
    expect(changed).toBeLessThanOrEqual(block);
    expect(changed).toBeGreaterThan(0.95 * block);
  });
});
