import sharp from 'sharp';
import { expect, test } from 'vitest';
import { mapPicture } from '#antonym/report/map-picture.js';
import { mapGrid } from '#antonym/score/quality-map.js';

/** Gray, with a map that is bad on the left. */
function mapped(width: number, height: number) {
  const grid = mapGrid(width, height, { tile: 40, stride: 40 });
  const scores = Float32Array.from({ length: grid.left.length * grid.top.length }, (_, index) =>
    grid.left[index % grid.left.length]! < width / 2 - 20 ? 0.3 : 0.9,
  );
  return { image: { width, height, data: new Uint8Array(width * height * 3).fill(128) }, map: { width, height, ...grid, scores } };
}

test.each([
  [200, 120, 400, 120 + 84],
  [4000, 2000, 1600, 800 + 84 * 2],
])('the picture of %ix%i pixels is %ix%i, red where the map is bad, blue where it is good', async (width, height, wide, high) => {
  const { image, map } = mapped(width, height);
  const { data, info } = await sharp(await mapPicture(image, map, 'Straße.jpg: score 0.6'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([wide, high, 3]);
  const at = (x: number, y: number): number[] => Array.from(data.subarray((y * wide + x) * 3, (y * wide + x) * 3 + 3));
  const shown = Math.min(width, 1600);
  const [bad, good] = [at(10, 50), at(shown - 10, 50)];
  expect(bad[0]!).toBeGreaterThan(bad[2]! + 40);
  expect(good[2]!).toBeGreaterThan(good[0]! + 40);
  // the scale below has both colors at its ends
  const bar = Math.min(height, (1600 * height) / width) + (high > 400 ? 70 : 35);
  expect(at(20, bar)[0]!).toBeGreaterThan(at(20, bar)[2]!);
  expect(at(wide - 20, bar)[2]!).toBeGreaterThan(at(wide - 20, bar)[0]!);
});
