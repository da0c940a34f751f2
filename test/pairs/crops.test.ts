import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Box, Image } from '#antonym/images/image.js';
import { leastTexture, textureOf } from '#antonym/images/texture.js';
import { chooseCrops, minimumSideFor, overlapRange } from '#antonym/pairs/crops.js';
import { randomStream } from '#antonym/support/random.js';

/** The part of one box that lies inside another of the same size, 0..1. */
function overlapOf(first: Box, second: Box): number {
  const width = Math.max(0, Math.min(first.left, second.left) + first.width - Math.max(first.left, second.left));
  const height = Math.max(0, Math.min(first.top, second.top) + first.height - Math.max(first.top, second.top));
  return (width * height) / (first.width * first.height);
}

function noise(width: number, height: number): Image {
  const random = randomStream(1, 'noise');
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
}

const large = noise(400, 300);
const lies = (image: Image, { left, top, width, height }: Box): boolean =>
  left >= 0 && top >= 0 && left + width <= image.width && top + height <= image.height;

test('law: two crops of the stated side lie inside the image and overlap within the stated range', () => {
  const sides = fc.integer({ min: 1, max: 5 }).map((k) => 32 * k);
  fc.assert(
    fc.property(sides, fc.nat(200), fc.nat(100), fc.nat(), (crop, extraWidth, extraHeight, seed) => {
      const minimum = minimumSideFor(crop);
      const image = { ...large, width: Math.min(400, minimum + extraWidth), height: Math.min(300, minimum + extraHeight) };
      const boxes = chooseCrops(image, crop, randomStream(seed));
      for (const box of boxes) expect(box).toMatchObject({ width: crop, height: crop });
      expect(boxes.every((box) => lies(image, box))).toBe(true);
      expect(overlapOf(...boxes)).toBeGreaterThanOrEqual(overlapRange[0]);
      expect(overlapOf(...boxes)).toBeLessThanOrEqual(overlapRange[1]);
    }),
  );
});

test('all of the image, both orders and the whole range are used', () => {
  const pairs = Array.from({ length: 400 }, (_, seed) => chooseCrops(large, 96, randomStream(seed)));
  const overlaps = pairs.map((boxes) => overlapOf(...boxes));
  expect(Math.min(...overlaps)).toBeLessThan(0.27);
  expect(Math.max(...overlaps)).toBeGreaterThan(0.7);
  const boxes = pairs.flat();
  expect(Math.min(...boxes.map(({ left }) => left))).toBeLessThan(5);
  expect(Math.max(...boxes.map(({ left }) => left))).toBeGreaterThan(299);
  expect(Math.max(...boxes.map(({ top }) => top))).toBeGreaterThan(199);
  const firstIsLeft = pairs.filter(([first, second]) => first.left < second.left).length;
  expect(firstIsLeft).toBeGreaterThan(150);
  expect(firstIsLeft).toBeLessThan(250);
});

test('equal streams give equal crops', () => {
  expect(chooseCrops(large, 96, randomStream(7, 'a'))).toEqual(chooseCrops(large, 96, randomStream(7, 'a')));
  expect(chooseCrops(large, 96, randomStream(7, 'a'))).not.toEqual(chooseCrops(large, 96, randomStream(7, 'b')));
});

test('crops without texture are avoided while there are others', () => {
  // Texture in the left two fifths only: without looking, about half of the pairs would show little of it.
  const half = noise(400, 300);
  for (let y = 0; y < 300; y++) half.data.fill(128, (y * 400 + 160) * 3, (y + 1) * 400 * 3);
  const textures = Array.from({ length: 50 }, (_, seed) => chooseCrops(half, 64, randomStream(seed)).map((box) => textureOf(half, box)));
  expect(textures.filter((pair) => Math.min(...pair) >= leastTexture).length).toBeGreaterThanOrEqual(48);
});

test('an image with no texture at all still gives crops', () => {
  const plain = { ...large, data: new Uint8Array(large.data.length).fill(90) };
  expect(textureOf(plain, { left: 0, top: 0, width: 96, height: 96 })).toBe(0);
  expect(chooseCrops(plain, 96, randomStream(1))).toHaveLength(2);
});

test('one strong edge is no texture, stripes are', () => {
  const draw = (grey: (x: number) => number): Image => ({
    width: 96,
    height: 96,
    data: Uint8Array.from({ length: 96 * 96 * 3 }, (_, index) => grey(Math.floor(index / 3) % 96)),
  });
  const box = { left: 0, top: 0, width: 96, height: 96 };
  expect(
    textureOf(
      draw((x) => (x < 50 ? 20 : 230)),
      box,
    ),
  ).toBe(0);
  // Horizontal differences of pixels two apart are 0 and 100 in turn, vertical ones 0: at even x all are 100, sqrt(100^2 / 2).
  expect(
    textureOf(
      draw((x) => (x % 4 < 2 ? 50 : 150)),
      box,
    ),
  ).toBeCloseTo(100 / Math.sqrt(2));
});

test('an image below the minimum side is refused', () => {
  expect(minimumSideFor(96)).toBe(120);
  expect(() => chooseCrops({ ...large, height: 119 }, 96, randomStream(1))).toThrow('need an image of 120x120, but received 400x119');
});
