import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mostChangedCrop } from '#antonym/compare/changed-crop.js';
import type { Image } from '#antonym/images/image.js';

/** Every pixel tells its place: red its column, green its row. */
function gradient(width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) data.set([pixel % width, Math.floor(pixel / width), 0], pixel * 3);
  return { width, height, data };
}

test('the crops hold what changed, from the same place', () => {
  const side = fc.integer({ min: 1, max: 120 });
  fc.assert(
    fc.property(
      side,
      side,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (width, height, x, y) => {
        const before = gradient(width, height);
        const after = { ...before, data: before.data.slice() };
        // a block of 4x4 pixels always holds some that are looked at
        const [left, top] = [Math.floor(x * width), Math.floor(y * height)];
        for (let row = top; row < Math.min(top + 4, height); row++) {
          for (let column = left; column < Math.min(left + 4, width); column++) after.data[(row * width + column) * 3 + 2] = 255;
        }
        const crops = mostChangedCrop(before, after, 32);
        expect([crops.before.width, crops.before.height]).toEqual([Math.min(32, width), Math.min(32, height)]);
        const place = ({ data }: Image): number[] => [data[0]!, data[1]!];
        expect(place(crops.after)).toEqual(place(crops.before));
        const changed = crops.after.data.filter((value, index) => index % 3 === 2 && value === 255).length;
        const isSeen = (left % 2 === 0 || left + 1 < width) && (top % 2 === 0 || top + 1 < height);
        if (isSeen) expect(changed).toBeGreaterThan(0);
      },
    ),
  );
});

test('pictures of different sizes are shown at their middles', () => {
  const crops = mostChangedCrop(gradient(100, 60), gradient(50, 20), 40);
  expect([crops.before.width, crops.before.height, crops.before.data[0], crops.before.data[1]]).toEqual([40, 40, 30, 10]);
  expect([crops.after.width, crops.after.height, crops.after.data[0], crops.after.data[1]]).toEqual([40, 20, 5, 0]);
});
