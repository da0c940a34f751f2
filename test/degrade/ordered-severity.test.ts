import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Image } from '#antonym/datasets/image.js';
import { type DistortionName, distortionNames, distortions } from '#antonym/degrade/distortions/table.js';
import { meanSquaredError } from '#antonym/degrade/fidelity.js';
import { sampleParameters } from '#antonym/degrade/parameters.js';
import { strengthAt } from '#antonym/degrade/severity.js';
import { randomStream } from '#antonym/support/random.js';
import { colorDifference, structuralDistance } from './distances.js';
import { variedCrops } from './varied-crops.js';

/**
 * The distances in which each distortion must grow, with the least mean distance of its mildest level that counts as visible: an error of
 * 4 grey values squared, 1 % of the structure, one just noticeable colour difference (2.3 of CIELAB's units; 1 for a change at edges only).
 * Pixelation is judged by structure alone: which pixel stands for its block is a lottery for the squared error of fine stripes. Quantisation
 * moves values and leaves structure, until both are gone.
 */
const visible = {
  mse: [meanSquaredError, 4],
  structure: [structuralDistance, 0.01],
  color: [colorDifference, 2.3],
  edges: [colorDifference, 1],
} as const;
const expected: Readonly<Record<DistortionName, readonly (keyof typeof visible)[]>> = {
  'gaussian-blur': ['mse', 'structure'],
  'lens-blur': ['mse', 'structure'],
  'motion-blur': ['mse', 'structure'],
  'color-diffusion': ['color'],
  'color-shift': ['edges'],
  'color-saturation-hsv': ['color'],
  'color-saturation-lab': ['color'],
  jpeg2000: ['mse', 'structure'],
  jpeg: ['mse', 'structure'],
  'white-noise': ['mse', 'structure'],
  'white-noise-ycbcr': ['mse', 'structure'],
  'impulse-noise': ['mse', 'structure'],
  'multiplicative-noise': ['mse', 'structure'],
  brighten: ['mse', 'color'],
  darken: ['mse', 'color'],
  'mean-shift': ['mse', 'color'],
  jitter: ['mse', 'structure'],
  'non-eccentricity-patch': ['mse', 'structure'],
  pixelate: ['structure'],
  quantization: ['mse'],
  'color-block': ['mse', 'structure'],
  'high-sharpen': ['mse', 'structure'],
  'linear-contrast-change': ['mse', 'color'],
  'nonlinear-contrast-change': ['mse', 'color'],
};

let crops: Image[];
const report: string[] = [];
beforeAll(() => {
  crops = variedCrops();
});
afterAll(() => process.stderr.write(`${report.join('\n')}\n`));

test('every distortion is in the table of this test', () => {
  expect(Object.keys(expected).sort()).toEqual([...distortionNames].sort());
});

describe.each(distortionNames)('%s', (name) => {
  const distortion = distortions[name];
  const degraded = (crop: Image, index: number, level: number, levels: number): Image | Promise<Image> =>
    distortion.apply(crop, strengthAt(distortion.severities, level, levels), sampleParameters(distortion, randomStream(index, name)));

  test('every level is further from pristine than the one before', async () => {
    // Numbers of levels share strengths: what was measured once is looked up.
    const measured = new Map<string, number[]>();
    const measure = async (crop: Image, index: number, strength: number): Promise<number[]> => {
      const key = `${index} ${strength}`;
      const known = measured.get(key);
      if (known !== undefined) return known;
      const image = await distortion.apply(crop, strength, sampleParameters(distortion, randomStream(index, name)));
      const values = expected[name].map((kind) => visible[kind][0](crop, image));
      measured.set(key, values);
      return values;
    };
    for (const levels of [2, 3, 5, 8]) {
      const strengths = Array.from({ length: levels }, (_, level) => strengthAt(distortion.severities, level + 1, levels));
      const all = await Promise.all(crops.map((crop, index) => Promise.all(strengths.map((strength) => measure(crop, index, strength)))));
      for (const [column, kind] of expected[name].entries()) {
        const rows = all.map((row) => row.map((values) => values[column]!));
        const means = Array.from({ length: levels }, (_, level) => rows.reduce((sum, row) => sum + row[level]!, 0) / rows.length);
        const shares = means.slice(1).map((_, level) => rows.filter((row) => row[level + 1]! > row[level]!).length / rows.length);
        const growths = means.slice(1).map((mean, level) => mean / means[level]!);
        if (levels === 5) {
          const numbers = means.map((mean) => mean.toPrecision(3).padStart(8)).join(' ');
          report.push(`${name.padEnd(26)} ${kind.padEnd(9)} ${numbers}   ordered ${(100 * Math.min(...shares)).toFixed(0)} %`);
          expect(means[0], `visible at level 1 (${kind})`).toBeGreaterThan(visible[kind][1]);
          expect(Math.min(...growths), `growth of the mean (${kind}): ${means.join(' ')}`).toBeGreaterThan(1.05);
        }
        expect(Math.min(...shares), `ordered share (${kind}, ${levels} levels)`).toBeGreaterThanOrEqual(0.95);
      }
    }
  });

  test('is pure: the same bytes again, the input untouched, another image of the same size', async () => {
    const crop = crops[0]!;
    const before = Uint8Array.from(crop.data);
    const [first, second] = [await degraded(crop, 0, 3, 5), await degraded(crop, 0, 3, 5)];
    expect(crop.data).toEqual(before);
    expect(first.data).toEqual(second.data);
    expect(first.data).not.toEqual(crop.data);
    expect(first.data).toBeInstanceOf(Uint8Array);
    expect(first.data.buffer.byteLength).toBe(crop.data.length);
  });

  test.each([
    [1, 1],
    [1, 7],
    [9, 1],
    [13, 5],
    [31, 33],
  ])('takes an image of %d x %d at every level', async (width, height) => {
    const stream = randomStream(name, width, height);
    const image = { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => stream.integer(256)) };
    for (let level = 1; level <= 5; level++) {
      const result = await degraded(image, 1, level, 5);
      expect([result.width, result.height, result.data.length]).toEqual([width, height, width * height * 3]);
    }
  });
});
