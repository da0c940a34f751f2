import { describe, expect, test } from 'vitest';
import { decodeJpeg2000, encodeJpeg2000 } from '#antonym/degrade/codecs/jpeg2000.js';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { meanSquaredError } from '#antonym/degrade/fidelity.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { variedCrops } from '../varied-crops.js';

const crops = variedCrops();

/** The first marker after the main header: start of a tile part. */
const endOfHeader = (codestream: Uint8Array): number => Buffer.from(codestream).indexOf(Buffer.from([0xff, 0x90]));

describe('encodeJpeg2000', () => {
  test('a raw codestream, one tile, whose packets have the ratio stated', async () => {
    for (const ratio of [8, 17, 37, 80, 170]) {
      for (const crop of crops) {
        const codestream = await encodeJpeg2000(crop, ratio);
        expect([...codestream.subarray(0, 4)]).toEqual([0xff, 0x4f, 0xff, 0x51]);
        expect([...codestream.subarray(-2)]).toEqual([0xff, 0xd9]);
        // Start of tile part and of data, end of codestream: 12 + 2 + 2 bytes.
        const share = (codestream.length - endOfHeader(codestream) - 16) / (crop.data.length / ratio);
        expect(share).toBeLessThan(1.05);
        expect(share).toBeGreaterThan(0.75);
      }
    }
  });

  test.each([
    [1, 1],
    [15, 16],
    [16, 40],
    [64, 64],
    [300, 256],
  ])('%d x %d has as many decompositions as leave 8 pixels, and the main header that the ratio leaves out', async (width, height) => {
    const image = { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 2654435761) >>> 24) };
    const decompositions = Math.max(0, Math.floor(Math.log2(Math.min(width, height))) - 3);
    const codestream = await encodeJpeg2000(image, 20);
    const at = Buffer.from(codestream).indexOf(Buffer.from([0xff, 0x52]));
    // COD: marker, length, style, progression, layers (2), component transform, decompositions, block size (2), block style, wavelet.
    expect([...codestream.subarray(at + 6, at + 14)]).toEqual([0, 1, 1, decompositions, 4, 4, 0, 0]);
    expect(endOfHeader(codestream)).toBe(111 + 6 * decompositions);
  });

  test('calls at the same time do not disturb each other', async () => {
    const together = await Promise.all(crops.map(async (crop) => decodeJpeg2000(await encodeJpeg2000(crop, 20))));
    for (const [index, crop] of crops.entries()) {
      expect(together[index]).toEqual(await decodeJpeg2000(await encodeJpeg2000(crop, 20)));
    }
  });
});

test('what is no codestream, or a damaged one, is an error with a reason', async () => {
  await expect(decodeJpeg2000(new Uint8Array(40))).rejects.toThrow(/^OpenJPEG cannot decode: \w/);
  const whole = await encodeJpeg2000(crops[0]!, 8);
  await expect(decodeJpeg2000(whole.subarray(0, 60))).rejects.toThrow(/^OpenJPEG cannot decode: \w/);
  expect((await decodeJpeg2000(whole)).width).toBe(64);
});

test('memory is given back', async () => {
  // A plain image is quick. As OpenJPEG holds them, its pixels are 3 MiB: a leak of them would be 270 MiB, far more than what waits for collection.
  const plain: Image = { width: 512, height: 512, data: new Uint8Array(512 * 512 * 3).fill(90) };
  const call = async (): Promise<unknown> => decodeJpeg2000(await encodeJpeg2000(plain, 20));
  for (let i = 0; i < 10; i++) await call();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 90; i++) await call();
  expect(process.memoryUsage().rss - before).toBeLessThan(135 * 2 ** 20);
});

test('an image larger than a tile is one picture without seams of missing pixels', async () => {
  const [width, height] = [2100, 40];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % width, Math.floor(index / 3 / width)];
    return 128 + 60 * Math.sin(x / 9) + 40 * Math.cos(y / 7 + (index % 3));
  });
  const image: Image = { width, height, data };
  const result = await distortions.jpeg2000.apply(image, 8, {});
  expect([result.width, result.height, result.data.length]).toEqual([width, height, data.length]);
  for (const left of [0, 1050 - 32, 1050 - 16, 2100 - 32]) {
    expect(meanSquaredError(cropImage(image, left, 0, 32, 40), cropImage(result, left, 0, 32, 40))).toBeLessThan(4);
  }
});
