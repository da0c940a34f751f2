import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inTiles } from '#antonym/degrade/filters/tiles.js';
import type { Image } from '#antonym/images/image.js';

test('every pixel goes through once, in tiles of about equal size', async () => {
  const side = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(side, side, fc.integer({ min: 1, max: 20 }), async (width, height, largest) => {
      const image: Image = { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, index) => index % 251) };
      const tiles: Image[] = [];
      const result = await inTiles(image, largest, async (tile) => {
        tiles.push(tile);
        return { ...tile, data: tile.data.map((value) => value + 1) };
      });
      expect(result).toEqual({ width, height, data: image.data.map((value) => value + 1) });
      expect(tiles.length).toBe(Math.ceil(width / largest) * Math.ceil(height / largest));
      const widths = tiles.map((tile) => tile.width);
      expect(Math.max(...widths)).toBeLessThanOrEqual(largest);
      expect(Math.max(...widths) - Math.min(...widths)).toBeLessThanOrEqual(1);
    }),
  );
});
