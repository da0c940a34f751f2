import sharp from 'sharp';
import { expect, test } from 'vitest';
import { loadImage } from '#antonym/datasets/load-image.js';
import type { Image } from '#antonym/images/image.js';
import { makePair } from '#antonym/pairs/pair.js';
import { contactSheet } from '#antonym/pairs/sheets/contact-sheet.js';
import { drawLabel, labelCharacter } from '#antonym/pairs/sheets/draw-label.js';
import { rendered } from '../folder-of-photographs.js';

async function decode(png: Uint8Array): Promise<Image> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** Left and top of the first place where the tile is found. */
function find(sheet: Image, tile: Uint8Array, side: number): [number, number] | undefined {
  const row = (pixels: Uint8Array, start: number) => Buffer.from(pixels.buffer, pixels.byteOffset + start * 3, side * 3);
  for (let top = 0; top + side <= sheet.height; top++) {
    for (let left = 0; left + side <= sheet.width; left++) {
      if (!row(sheet.data, top * sheet.width + left).equals(row(tile, 0))) continue;
      const same = Array.from({ length: side }, (_, y) => row(sheet.data, (top + y) * sheet.width + left).equals(row(tile, y * side)));
      if (same.every(Boolean)) return [left, top];
    }
  }
  return undefined;
}

test('tiles are shown unchanged: levels from left to right, the second crop below the first, pairs below each other', async () => {
  const side = 32;
  const request = { levels: 3, crop: side, maxDistortions: 2 } as const;
  const pairs = await Promise.all([0, 1].map((index) => makePair({ ...request, image: rendered(index), stream: [1, index] }, loadImage)));
  const rows = pairs.map((pair) => ({ title: pair.record.image, description: 'what it shows', pair }));
  const sheet = await decode(await contactSheet('heading', rows));
  const places = pairs.map(({ pixels }) =>
    Array.from({ length: 8 }, (_, place) => find(sheet, pixels.subarray(place * side * side * 3, (place + 1) * side * side * 3), side)),
  );
  const [left, top] = places[0]![0]!;
  const step = places[0]![2]![0] - left;
  expect(step).toBeGreaterThanOrEqual(side);
  for (let place = 0; place < 8; place++) {
    expect(places[0]![place]).toEqual([left + Math.floor(place / 2) * step, top + (place % 2) * step]);
    expect(places[1]![place]![1]).toBeGreaterThan(top + step + side);
  }
  // Ink above the tiles, white in the margins.
  expect(sheet.data.subarray(0, top * sheet.width * 3).some((value) => value < 64)).toBe(true);
  for (let y = 0; y < sheet.height; y++) expect(sheet.data[(y * sheet.width + 2) * 3]).toBe(255);
});

test('a crop larger than a tile is shown by its middle at full size', async () => {
  const pair = await makePair({ image: rendered(0, 420, 420), levels: 2, crop: 320, maxDistortions: 1, stream: [1] }, loadImage);
  const sheet = await decode(await contactSheet('heading', [{ title: 'a', description: 'b', pair }]));
  expect(sheet.width).toBeLessThan(3 * 280);
});

test('letters differ, every character has one cell, what has no letter becomes a question mark', async () => {
  const draw = async (text: string): Promise<Buffer> => {
    const image = { width: labelCharacter.width * 3, height: labelCharacter.height, data: new Uint8Array(24 * 16 * 3).fill(255) };
    await drawLabel(image, text, 0, 0);
    return Buffer.from(image.data);
  };
  const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  const drawn = await Promise.all(characters.map((character) => draw(character)));
  expect(new Set(drawn.map((pixels) => pixels.toString('base64'))).size).toBe(95);
  expect(drawn[0]!.every((value) => value === 255)).toBe(true);
  expect(await draw('é')).toEqual(await draw('?'));
  expect(await draw('a🙂b')).toEqual(await draw('a?b'));
  expect(await draw('abcdef')).toEqual(await draw('abc'));
});
