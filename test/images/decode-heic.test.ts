import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '#antonym/images/decode-image.js';
import { canReadHeic } from '#antonym/images/heif.js';
import type { Image } from '#antonym/images/image.js';

const golden = (name: string): string => join(import.meta.dirname, 'golden', name);
const [red, green, blue, grey] = [
  [200, 30, 30],
  [30, 180, 40],
  [40, 50, 190],
  [220, 220, 220],
] as const;

/** Top left, top right, bottom left, bottom right. */
function corners({ width, height, data }: Image): number[][] {
  const at = (x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  return [at(5, 5), at(width - 6, 5), at(5, height - 6), at(width - 6, height - 6)];
}

describe.skipIf(!(await canReadHeic()))('with libheif-js installed, HEIC', () => {
  test.each([
    ['quadrants.heic', [64, 48], [red, green, blue, grey]],
    ['quadrants-turned.heic', [48, 64], [green, grey, red, blue]],
  ] as const)('%s has its size, colors and orientation', async (name, size, expected) => {
    const image = await decodeImage(golden(name));
    expect([image.width, image.height]).toEqual(size);
    for (const [index, color] of corners(image).entries())
      for (const [channel, value] of color.entries()) expect(Math.abs(value - expected[index]![channel]!)).toBeLessThanOrEqual(2);
  });

  test('that is cut off is damaged, and says so in one line', async () => {
    const whole = await readFile(golden('quadrants.heic'));
    await expect(decodeImage(whole.subarray(0, 500))).rejects.toThrow(/the (file|content) is damaged or truncated/);
  });
});

test.skipIf(await canReadHeic())('without libheif-js, HEIC is told what to install', async () => {
  await expect(decodeImage(golden('quadrants.heic'))).rejects.toThrow(
    /the content is HEIC, .*install a decoder with "npm install libheif-js"/,
  );
});
