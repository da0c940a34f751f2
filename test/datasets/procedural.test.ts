import { expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import type { Image } from '#antonym/images/image.js';

function render(index: number, { seed = 1, width = 384, height = 256 } = {}): Image {
  return renderProcedural({ kind: 'procedural', id: `procedural-${seed}-${index}`, seed, index, width, height });
}

const images = Array.from({ length: 24 }, (_, index) => render(index));

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
