import { afterAll, describe, expect, test } from 'vitest';
import { type DistortionName, distortionNames, distortions } from '#antonym/degrade/distortions/table.js';
import { meanSquaredError } from '#antonym/degrade/fidelity.js';
import { sampleParameters } from '#antonym/degrade/parameters.js';
import { strengthAt } from '#antonym/degrade/severity.js';
import type { Image } from '#antonym/images/image.js';
import { randomStream } from '#antonym/support/random.js';
import { colorDifference, structuralDistance } from './distances.js';
import { kodakCrops, kodakPhotographs, unlessKodak } from './kodak.js';
import { variedCrops } from './varied-crops.js';

/**
 * The distances in which each distortion must grow, with the least mean distance of its mildest level that counts as visible: an error of
 * 4 gray values squared, 1 % of the structure, one just noticeable color difference (2.3 of CIELAB's units; 1 for what happens at colored edges only).
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
  'color-shift': ['mse', 'structure', 'color'],
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
  pixelate: ['mse', 'structure'],
  quantization: ['mse', 'structure', 'color'],
  'color-block': ['mse', 'structure'],
  'high-sharpen': ['mse', 'structure'],
  'linear-contrast-change': ['mse', 'color'],
  'nonlinear-contrast-change': ['mse', 'color'],
  webp: ['mse', 'structure'],
  avif: ['mse', 'structure'],
  'double-jpeg': ['mse', 'structure'],
  'downscale-upscale': ['mse', 'structure'],
  'chroma-subsampling': ['edges'],
  banding: ['mse', 'structure'],
  'sensor-noise': ['mse', 'structure'],
};

const sets = { rendered: variedCrops(), photographs: await kodakCrops(96) };
const report: string[] = [];
afterAll(() => process.stderr.write(`mean distance at levels 1..5, least share of crops in order\n${report.sort().join('\n')}\n`));

test('every distortion is in the table of this test', () => {
  expect(Object.keys(expected).sort()).toEqual([...distortionNames].sort());
});

test('there are crops of 20 renderings', () => expect(sets.rendered.length).toBe(20));

test.skipIf(kodakPhotographs.length === 0)(`there is a crop of each photograph${unlessKodak}`, () => {
  expect(sets.photographs.length).toBe(kodakPhotographs.length);
});

describe.each(distortionNames)('%s', (name) => {
  const distortion = distortions[name];
  const degraded = (crop: Image, index: number, strength: number): Image | Promise<Image> =>
    distortion.apply(crop, strength, sampleParameters(distortion, randomStream(index, name)));

  test.for(['rendered', 'photographs'] as const)('every level is further from pristine than the one before: %s', async (set, { skip }) => {
    const crops = sets[set];
    skip(set === 'photographs' && crops.length === 0, unlessKodak);
    // Numbers of levels share strengths: what was measured once is looked up.
    const measured = new Map<string, number[]>();
    const measure = async (crop: Image, index: number, strength: number): Promise<number[]> => {
      const key = `${index} ${strength}`;
      const known = measured.get(key);
      if (known !== undefined) return known;
      const image = await degraded(crop, index, strength);
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
          report.push(
            `${name.padEnd(26)} ${kind.padEnd(9)} ${set.padEnd(11)} ${numbers} ${(100 * Math.min(...shares)).toFixed(0).padStart(5)} %`,
          );
          expect(means[0], `visible at level 1 (${kind})`).toBeGreaterThan(visible[kind][1]);
          expect(Math.min(...growths), `growth of the mean (${kind}): ${means.join(' ')}`).toBeGreaterThan(1.05);
        }
        expect(Math.min(...shares), `ordered share (${kind}, ${levels} levels)`).toBeGreaterThanOrEqual(0.95);
      }
    }
  });

  test('is pure: the same bytes again, the input untouched, another image of the same size', async () => {
    const crop = sets.rendered[0]!;
    const before = Uint8Array.from(crop.data);
    const [first, second] = [await degraded(crop, 0, distortion.severities[2]!), await degraded(crop, 0, distortion.severities[2]!)];
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
    for (const strength of distortion.severities) {
      const result = await degraded(image, 1, strength);
      expect([result.width, result.height, result.data.length]).toEqual([width, height, width * height * 3]);
    }
  });
});
