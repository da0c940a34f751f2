import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { throughJpeg } from '#antonym/degrade/codecs/jpeg.js';
import type { Image } from '#antonym/images/image.js';
import { variedCrops } from '../varied-crops.js';

/** The same by libjpeg-turbo: a file, and its pixels. */
async function throughSharp({ width, height, data }: Image, quality: number): Promise<Uint8Array> {
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0', mozjpeg: false, optimiseCoding: false })
    .toBuffer();
  return new Uint8Array(await sharp(file).raw().toBuffer());
}

describe('throughJpeg', () => {
  test('every quality gives the pixels of libjpeg-turbo', async () => {
    const crops = variedCrops();
    for (let quality = 1; quality <= 100; quality++) {
      const crop = crops[quality % crops.length]!;
      expect(Buffer.compare(throughJpeg(crop, quality).data, await throughSharp(crop, quality)), `quality ${quality}`).toBe(0);
    }
  });

  test('so does every size, and noise, whose chroma and coefficients reach their limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        async (width, height, quality, extreme, bytes) => {
          const data = Uint8Array.from({ length: width * height * 3 }, () => {
            const { value } = bytes.next();
            return extreme ? (value < 128 ? 0 : 255) : value;
          });
          expect(throughJpeg({ width, height, data }, quality).data).toEqual(await throughSharp({ width, height, data }, quality));
        },
      ),
      { numRuns: 60 },
    );
  });
});
