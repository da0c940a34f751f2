import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { meanSquaredError, peakSignalToNoiseRatio, structuralSimilarity } from '#antonym/degrade/fidelity.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import { cropImage, type Image } from '#antonym/images/image.js';

const flat = (value: number): Image => ({ width: 20, height: 14, data: new Uint8Array(20 * 14 * 3).fill(value) });

test('equal images', () => {
  expect([meanSquaredError(flat(7), flat(7)), peakSignalToNoiseRatio(flat(7), flat(7))]).toEqual([0, Number.POSITIVE_INFINITY]);
  expect(structuralSimilarity(flat(7), flat(7))).toBeCloseTo(1, 6);
});

test('two plain ones follow the formulas', () => {
  expect(meanSquaredError(flat(100), flat(110))).toBe(100);
  expect(peakSignalToNoiseRatio(flat(100), flat(110))).toBeCloseTo(20 * Math.log10(25.5), 9);
  const c1 = (0.01 * 255) ** 2;
  expect(structuralSimilarity(flat(100), flat(110))).toBeCloseTo((2 * 100 * 110 + c1) / (100 ** 2 + 110 ** 2 + c1), 4);
});

test('a crop and itself moved by a pixel: as scikit-image measures them (golden/fidelity.py)', async () => {
  const tiles = await decodeImage(fileURLToPath(new URL('golden/golden.png', import.meta.url)));
  const pristine = cropImage(tiles, 0, 0, tiles.width, tiles.width);
  const { width, height, data } = pristine;
  const moved = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const column = Math.floor(index / 3) % width;
    moved[index] = data[index + (column === 0 ? width - 1 : -1) * 3]!;
  }
  expect(peakSignalToNoiseRatio(pristine, { width, height, data: moved })).toBeCloseTo(17.92270612939898, 9);
  expect(structuralSimilarity(pristine, { width, height, data: moved })).toBeCloseTo(0.6564190195475005, 2);
});
