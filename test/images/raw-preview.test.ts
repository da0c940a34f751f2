import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { decodeImage } from '#antonym/images/decode-image.js';
import { rawPreview } from '#antonym/images/raw-preview.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { makeTiff } from './make-tiff.js';

const folder = await temporaryFolder();
const [width, height] = [64, 48];
const dngVersion = 50706;
const orientation = 274;
const compression = 259;

let jpeg: Buffer;
let small: Buffer;
beforeAll(async () => {
  const picture = sharp({ create: { width, height, channels: 3, background: { r: 200, g: 40, b: 40 } } });
  jpeg = await picture.clone().jpeg({ quality: 95 }).toBuffer();
  small = await picture.clone().resize(16, 12).jpeg().toBuffer();
});

/** A raw file as cameras write it: light behind a mosaic, and JPEG files of some sizes beside it. */
async function rawFile(
  name: string,
  previews: readonly { readonly data: Buffer; readonly width: number; readonly height: number }[],
): Promise<string> {
  const path = join(folder, name);
  const light = { width, height, samples: 1, bits: 16, photometric: 32803, data: new Uint8Array(width * height * 2) };
  const inside = previews.map((preview) => ({ ...preview, samples: 3, bits: 8, photometric: 6, tags: { [compression]: [7] } }));
  await writeFile(path, makeTiff({ ...light, tags: { [dngVersion]: [0x401], [orientation]: [6] }, inside }));
  return path;
}

test('the largest JPEG of a raw file is its preview, upright', async () => {
  const path = await rawFile('a.dng', [
    { data: small, width: 16, height: 12 },
    { data: jpeg, width, height },
  ]);
  await expect(decodeImage(path)).rejects.toThrow(/camera raw file \(DNG\)/);
  const image = await decodeImage((await rawPreview(path))!);
  expect([image.width, image.height]).toEqual([height, width]);
  expect([...image.data.subarray(0, 3)].map((value, channel) => Math.abs(value - [200, 40, 40][channel]!) <= 3)).toEqual([
    true,
    true,
    true,
  ]);
});

test('a thumbnail is no preview, and other files are no raw ones', async () => {
  await expect(rawPreview(await rawFile('b.dng', [{ data: small, width: 16, height: 12 }]))).rejects.toThrow(
    /whose largest preview has 16x12 pixels only: develop it/,
  );
  await expect(rawPreview(await rawFile('c.dng', []))).rejects.toThrow(/without a JPEG preview/);
  await writeFile(join(folder, 'd.jpg'), jpeg);
  expect(await rawPreview(join(folder, 'd.jpg'))).toBeUndefined();
});

test("Fujifilm's files say where their JPEG lies", async () => {
  const header = Buffer.alloc(200);
  header.write('FUJIFILMCCD-RAW ', 'latin1');
  header.writeUInt32BE(200, 84);
  header.writeUInt32BE(jpeg.length, 88);
  await writeFile(join(folder, 'e.raf'), Buffer.concat([header, jpeg, Buffer.alloc(100)]));
  expect(Buffer.from((await rawPreview(join(folder, 'e.raf')))!)).toEqual(jpeg);
});
