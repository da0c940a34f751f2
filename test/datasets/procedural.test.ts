import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import type { Image } from '#antonym/images/image.js';

interface Rendered {
  readonly seed?: number;
  readonly width?: number;
  readonly height?: number;
  readonly look?: 'photographic';
}

function render(index: number, { seed = 1, width = 384, height = 256, look }: Rendered = {}): Image {
  return renderProcedural({ kind: 'procedural', id: `procedural-${seed}-${index}`, seed, index, width, height, look });
}

const images = Array.from({ length: 24 }, (_, index) => render(index));
const photographic = images.map((_, index) => render(index, { look: 'photographic' }));

function luma({ data }: Image, pixel: number): number {
  return 0.299 * data[3 * pixel]! + 0.587 * data[3 * pixel + 1]! + 0.114 * data[3 * pixel + 2]!;
}

/** Mean squared difference of neighbors in a row, `step` pixels apart: the structure function of the brightness. */
function structure(image: Image, step: number): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x + step < image.width; x++) {
      sum += (luma(image, y * image.width + x) - luma(image, y * image.width + x + step)) ** 2;
      count++;
    }
  }
  return sum / count;
}

test('the same reference gives the same bytes, another seed or number another picture', () => {
  expect(render(3)).toEqual(images[3]);
  expect(render(4).data).not.toEqual(images[3]?.data);
  expect(render(3, { seed: 2 }).data).not.toEqual(images[3]?.data);
});

test.each([
  [768, 512, 3],
  [64, 200, 8],
  [33, 32, 8],
])('any size can be rendered: %i x %i', (width, height, count) => {
  for (let index = 0; index < count; index++) {
    const image = render(index, { width, height });
    expect(image).toMatchObject({ width, height });
    expect(image.data).toHaveLength(width * height * 3);
  }
});

test('no picture is clipped, flat, or without a mid tone', () => {
  for (const [index, { data }] of images.entries()) {
    let clipped = 0;
    let sum = 0;
    let squares = 0;
    for (const value of data) {
      if (value === 0 || value === 255) clipped++;
      sum += value;
      squares += value * value;
    }
    const mean = sum / data.length;
    const deviation = Math.sqrt(squares / data.length - mean * mean);
    expect(clipped / data.length, `clipped share of picture ${index}`).toBeLessThan(0.01);
    expect(mean, `mean of picture ${index}`).toBeGreaterThan(40);
    expect(mean, `mean of picture ${index}`).toBeLessThan(205);
    expect(deviation, `contrast of picture ${index}`).toBeGreaterThan(10);
  }
});

test('pictures have the structure of photographs: detail at every scale, sharp edges, and calm between them', () => {
  // A power spectrum 1/f^2 means a structure function that grows slowly with distance, by about 2^.3 to 2^.8 an octave.
  const growth = images.map((image) => Math.log2(structure(image, 8) / structure(image, 1)) / 3);
  const mean = growth.reduce((sum, value) => sum + value, 0) / growth.length;
  expect(mean).toBeGreaterThan(0.2);
  expect(mean).toBeLessThan(0.9);
  // Differences of neighbors are far from normal (kurtosis 3): photographs have 10 and more.
  const kurtoses = images.map((image) => {
    let second = 0;
    let fourth = 0;
    let count = 0;
    for (let pixel = 0; pixel + 1 < image.width * image.height; pixel++) {
      if ((pixel + 1) % image.width === 0) continue;
      const difference = luma(image, pixel) - luma(image, pixel + 1);
      second += difference ** 2;
      fourth += difference ** 4;
      count++;
    }
    return (count * fourth) / second ** 2;
  });
  kurtoses.sort((a, b) => a - b);
  expect(kurtoses[12]).toBeGreaterThan(5);
});

test('pictures differ: some calm, some dense', () => {
  const detail = images.map((image) => Math.sqrt(structure(image, 1))).sort((a, b) => a - b);
  expect(detail.at(-3)! / detail[2]!).toBeGreaterThan(2);
});

/** The value below which a share of the luma lies, 0..255. */
function tone(image: Image, share: number): number {
  const values = Array.from({ length: image.width * image.height }, (_, pixel) => luma(image, pixel)).sort((a, b) => a - b);
  return values[Math.floor(share * (values.length - 1))]!;
}

function calmestNoise(image: Image): number {
  const deviations: number[] = [];
  const at = (x: number, y: number): number => luma(image, y * image.width + x);
  for (let top = 0; top + 8 <= image.height; top += 8) {
    for (let left = 0; left + 8 <= image.width; left += 8) {
      let sum = 0;
      for (let y = top + 1; y < top + 7; y++) {
        for (let x = left + 1; x < left + 7; x++) {
          const beside = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1);
          const corners = at(x - 1, y - 1) + at(x + 1, y - 1) + at(x - 1, y + 1) + at(x + 1, y + 1);
          sum += (4 * at(x, y) - 2 * beside + corners) ** 2;
        }
      }
      deviations.push(Math.sqrt(sum / 36) / 6);
    }
  }
  return deviations.sort((a, b) => a - b)[Math.floor(0.05 * deviations.length)]!;
}

/** The value below which a share of all pictures lies. */
function among(list: readonly Image[], share: number, of: (image: Image) => number): number {
  return list.map(of).sort((a, b) => a - b)[Math.floor(share * list.length)]!;
}

test('as in photographs, tones reach further, and hardly anything is clipped', () => {
  expect(photographic[0]).not.toEqual(images[0]);
  const dark = (image: Image): number => tone(image, 0.01);
  const bright = (image: Image): number => tone(image, 0.99);
  expect(among(photographic, 0.5, dark)).toBeLessThan(0.8 * among(images, 0.5, dark));
  expect(among(photographic, 0.8, bright)).toBeGreaterThan(among(images, 0.8, bright));
  const clipped = ({ data }: Image): number => data.reduce((count, value) => count + (value % 255 === 0 ? 1 : 0), 0) / data.length;
  expect(among(photographic, 0.5, clipped)).toBeLessThan(0.01);
  expect(among(photographic, 0.99, clipped)).toBeLessThan(0.1);
});

test('photographs have grain of a level or so, in calm places too', () => {
  // the deviation of noise by second differences (Immerkaer 1996), in the calmest twentieth of squares of 8 pixels
  expect(among(photographic, 0.5, calmestNoise)).toBeGreaterThan(0.5);
  expect(among(photographic, 0.5, calmestNoise)).toBeLessThan(2);
  expect(among(images, 0.5, calmestNoise)).toBeLessThan(0.5);
});

test('what is rendered without a look stays as the first versions rendered it', () => {
  const hash = createHash('sha256');
  for (let index = 0; index < 20; index++) hash.update(render(index, { seed: 3, width: 200, height: 140 }).data);
  expect(hash.digest('hex')).toMatch(/^bef5da994eedec22/);
});
