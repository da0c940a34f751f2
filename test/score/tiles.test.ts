import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cropsOf, squareTilesOf, tilesOf } from '#antonym/score/tiles.js';

const side = fc.integer({ min: 1, max: 3000 });
const cases = {
  width: side,
  height: side,
  maximumPixels: fc.integer({ min: 4096, max: 300_000 }),
  minimumSide: fc.integer({ min: 16, max: 400 }),
};

describe('the tiles of an image', () => {
  test('cover every pixel once', () => {
    fc.assert(
      fc.property(fc.record(cases), ({ width, height, maximumPixels, minimumSide }) => {
        const tiles = tilesOf(width, height, maximumPixels, minimumSide);
        // a grid: every tile begins where another ends, or at the border
        const [columns, rows] = [new Map<number, number>(), new Map<number, number>()];
        for (const tile of tiles) {
          columns.set(tile.left, tile.width);
          rows.set(tile.top, tile.height);
        }
        expect(tiles).toHaveLength(columns.size * rows.size);
        expect(new Set(tiles.map(({ left, top }) => `${left} ${top}`)).size).toBe(tiles.length);
        expect(tiles.every((tile) => columns.get(tile.left) === tile.width && rows.get(tile.top) === tile.height)).toBe(true);
        for (const [edges, size] of [
          [columns, width],
          [rows, height],
        ] as const) {
          const end = [...edges].sort(([a], [b]) => a - b).reduce((at, [start, length]) => (start === at ? at + length : Number.NaN), 0);
          expect(end).toBe(size);
        }
      }),
    );
  });

  test('are equal to a pixel', () => {
    fc.assert(
      fc.property(fc.record(cases), ({ width, height, maximumPixels, minimumSide }) => {
        const tiles = tilesOf(width, height, maximumPixels, minimumSide);
        for (const size of ['width', 'height'] as const) {
          const sizes = tiles.map((tile) => tile[size]);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('are small enough, and not too small where the image itself is not', () => {
    fc.assert(
      fc.property(fc.record(cases), ({ width, height, maximumPixels, minimumSide }) => {
        const tiles = tilesOf(width, height, maximumPixels, minimumSide);
        const smallest = Math.min(...tiles.flatMap((tile) => [tile.width, tile.height]));
        expect(smallest).toBeGreaterThanOrEqual(Math.min(width, height, minimumSide));
        const isTooLarge = tiles.some((tile) => tile.width * tile.height > maximumPixels);
        // only where both sides are as short as they may be
        if (isTooLarge) for (const tile of tiles) expect(Math.max(tile.width, tile.height)).toBeLessThanOrEqual(2 * minimumSide);
      }),
    );
  });

  test('are the whole image where it is small enough, and as few as can be where it is not', () => {
    expect(tilesOf(640, 480, 640 * 480, 32)).toEqual([{ left: 0, top: 0, width: 640, height: 480 }]);
    expect(tilesOf(640, 480, 640 * 480 - 1, 32)).toEqual([
      { left: 0, top: 0, width: 320, height: 480 },
      { left: 320, top: 0, width: 320, height: 480 },
    ]);
    expect(tilesOf(4000, 3000, 2 ** 21, 32)).toHaveLength(6);
    expect(tilesOf(100_000, 40, 2 ** 21, 32)).toHaveLength(2);
  });
});

describe('tiles whose sides are multiples', () => {
  const multiple = fc.integer({ min: 2, max: 32 });

  test('lie side by side around the middle, leave less than one out, and keep the bounds', () => {
    fc.assert(
      fc.property(multiple, fc.integer({ min: 32, max: 3000 }), fc.integer({ min: 32, max: 3000 }), cases.maximumPixels, (m, ...rest) => {
        const [width, height, maximumPixels] = rest;
        const tiles = tilesOf(width, height, maximumPixels, m, m);
        const seen = tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0);
        expect(seen).toBe((width - (width % m)) * (height - (height % m)));
        for (const [start, length, size] of [
          ['left', 'width', width],
          ['top', 'height', height],
        ] as const) {
          expect(tiles.every((tile) => tile[length] % m === 0 && tile[length] >= m)).toBe(true);
          const ends = [...new Map(tiles.map((tile) => [tile[start], tile[start] + tile[length]]))].sort(([a], [b]) => a - b);
          const [before, after] = [ends[0]![0], size - ends.at(-1)![1]];
          expect([after - before, before + after]).toEqual([(size % m) % 2, size % m]);
          for (const [index, [from]] of ends.slice(1).entries()) expect(from).toBe(ends[index]![1]);
        }
        const isTooLarge = tiles.some((tile) => tile.width * tile.height > maximumPixels);
        if (isTooLarge) for (const tile of tiles) expect(Math.max(tile.width, tile.height)).toBeLessThan(2 * m);
      }),
    );
  });

  test('are the image without its rest where it is small enough', () => {
    expect(tilesOf(647, 480, 640 * 480, 14, 14)).toEqual([{ left: 1, top: 2, width: 644, height: 476 }]);
    expect(tilesOf(640, 480, 100_000, 14, 16)).toEqual(tilesOf(640, 480, 100_000, 16, 16));
  });
});

describe('squares of one size', () => {
  test('lie within the image and cover every pixel, without one too many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 400 }), fc.nat(2000), fc.nat(2000), (edge, moreWidth, moreHeight) => {
        const [width, height] = [edge + moreWidth, edge + moreHeight];
        const tiles = squareTilesOf(width, height, edge);
        expect(tiles).toHaveLength(Math.ceil(width / edge) * Math.ceil(height / edge));
        for (const [starts, size] of [
          [tiles.map(({ left }) => left), width],
          [tiles.map(({ top }) => top), height],
        ] as const) {
          const sorted = [...new Set(starts)].sort((a, b) => a - b);
          expect([sorted[0], sorted.at(-1)]).toEqual([0, size - edge]);
          expect(sorted.slice(1).every((start, index) => start - sorted[index]! <= edge)).toBe(true);
        }
      }),
    );
  });
});

describe('overlapping crops', () => {
  const policy = { side: 224, stride: 128, whole: 'bilinear' } as const;

  test('are as many as in MA-CLIP, row by row, and the whole image last', () => {
    const counts = {
      '1024x768': 36,
      '500x500': 10,
      '512x384': 7,
      '448x448': 5,
      '224x224': 2,
      '3000x2000': 309,
      '351x479': 3,
      '352x480': 7,
    };
    for (const [size, count] of Object.entries(counts)) {
      const [width, height] = size.split('x').map(Number) as [number, number];
      const crops = cropsOf(width, height, policy);
      expect(crops, size).toHaveLength(count);
      expect(crops.at(-1)).toEqual({ left: 0, top: 0, width, height });
    }
    expect(cropsOf(400, 352, policy).slice(0, -1)).toEqual([
      { left: 0, top: 0, width: 224, height: 224 },
      { left: 128, top: 0, width: 224, height: 224 },
      { left: 0, top: 128, width: 224, height: 224 },
      { left: 128, top: 128, width: 224, height: 224 },
    ]);
  });

  test('are the whole image alone where a side is too small for one', () => {
    for (const [width, height] of [
      [223, 1000],
      [1000, 223],
      [32, 32],
    ] as const)
      expect(cropsOf(width, height, policy)).toEqual([{ left: 0, top: 0, width, height }]);
  });
});
