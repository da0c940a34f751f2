import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeImage } from '#antonym/images/decode-image.js';
import { rawPreview } from '#antonym/images/raw-preview.js';
import { UserError } from '#antonym/support/errors.js';
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

describe("Canon's CR3", () => {
  const box = (type: string, ...parts: readonly Uint8Array[]): Buffer => {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(8 + parts.reduce((sum, { length }) => sum + length, 0));
    header.write(type, 4, 'latin1');
    return Buffer.concat([header, ...parts]);
  };
  const words = (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, index) => {
      bytes.writeUInt32BE(value, 4 * index);
    });
    return bytes;
  };
  const notes = Buffer.from('85c0b687820f11e08111f4ce462b6a48', 'hex');

  /** A track: a picture of a size, whose file lies at a place. */
  const track = (side: readonly [number, number], place: number, length: number, long = true): Buffer => {
    const entry = Buffer.alloc(28);
    entry.writeUInt16BE(side[0], 24);
    entry.writeUInt16BE(side[1], 26);
    const offset = long ? box('co64', words(0, 1, 0, place)) : box('stco', words(0, 1, place));
    const table = box('stbl', box('stsd', words(0, 1), box('CRAW', entry)), box('stsz', words(0, 0, 1, length)), offset);
    return box('trak', box('mdia', box('minf', table)));
  };

  /** As cameras lay it out: the notes, the JPEG of full size, the raw light; all files lie behind. */
  async function canonFile(name: string, preview: Buffer, { claims = preview.length, long = true, reduced = small } = {}): Promise<string> {
    const tiff = makeTiff({
      width: 16,
      height: 12,
      samples: 1,
      bits: 8,
      photometric: 1,
      data: new Uint8Array(192),
      tags: { [orientation]: [8] },
    });
    const light = Buffer.alloc(400, 7);
    const parts = (at: number): Buffer[] => [
      box('ftyp', Buffer.from('crx \0\0\0\x01crx isom', 'latin1')),
      box('uuid', Buffer.from('eaf42b5e1c984b88b9fbb7dc406e4d16', 'hex'), Buffer.alloc(8), box('PRVW', Buffer.alloc(16), reduced)),
      box(
        'moov',
        box('uuid', notes, box('CMT1', tiff)),
        track([width, height], at, claims, long),
        track([width + 8, height + 8], at + preview.length, light.length, long),
      ),
    ];
    const start = Buffer.concat(parts(0)).length + 8;
    const path = join(folder, name);
    await writeFile(path, Buffer.concat([...parts(start), box('mdat', preview, light)]));
    return path;
  }

  test('has its JPEG in a track, turned as the notes of the camera say', async () => {
    for (const long of [true, false]) {
      const path = await canonFile(`f-${long}.cr3`, jpeg, { long });
      await expect(decodeImage(path)).rejects.toThrow(/camera raw file of Canon \(CR3\)/);
      const image = await decodeImage((await rawPreview(path))!);
      expect([image.width, image.height]).toEqual([height, width]);
      expect(Math.abs(image.data[0]! - 200)).toBeLessThanOrEqual(3);
    }
  });

  test('with a small JPEG only, or none inside of the file, is refused', async () => {
    await expect(rawPreview(await canonFile('g.cr3', small))).rejects.toThrow(/\(CR3\), whose largest preview has 16x12 pixels only/);
    const outside = { claims: 2 ** 31 };
    await expect(rawPreview(await canonFile('h.cr3', jpeg, outside))).rejects.toThrow(/whose largest preview has 16x12 pixels only/);
    const none = { ...outside, reduced: Buffer.alloc(20) };
    await expect(rawPreview(await canonFile('j.cr3', jpeg, none))).rejects.toThrow(/\(CR3\), without a JPEG preview/);
  });

  test('cut anywhere, or with any byte changed, has a preview or is refused in words', async () => {
    const whole = await readFile(await canonFile('i.cr3', small));
    const path = join(folder, 'damaged.cr3');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(400), fc.nat(255), async (length, at, value) => {
        const bytes = Buffer.from(whole.subarray(0, length + 1));
        if (at < bytes.length) bytes[at] = value;
        await writeFile(path, bytes);
        await rawPreview(path).catch((error: unknown) => expect(error).toBeInstanceOf(UserError));
      }),
      { numRuns: 150 },
    );
  });
});
