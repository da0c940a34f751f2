import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listImageFiles } from '#antonym/datasets/list-image-files.js';
import { decodeBitmap, parseBitmapHeader } from '#antonym/images/bmp.js';
import { decodeImage, readImageSize } from '#antonym/images/decode-image.js';
import { readThumbnail } from '#antonym/images/thumbnail.js';
import { UserError } from '#antonym/support/errors.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

interface Case {
  readonly name: string;
  /** Base64. */
  readonly file: string;
  readonly pixels: string;
}
/** See make_bitmaps.py beside it. */
const { width, height, cases, refused } = JSON.parse(readFileSync(new URL('golden/bitmaps.json', import.meta.url), 'utf8')) as {
  width: number;
  height: number;
  cases: Case[];
  refused: Omit<Case, 'pixels'>[];
};
const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');
const plain = bytesOf(cases[0]!.file);
const folder = await temporaryFolder();

describe('a bitmap', () => {
  test.each(cases)('has the pixels that Pillow reads: $name', ({ file, pixels }) => {
    const bytes = bytesOf(file);
    const image = decodeBitmap(bytes, parseBitmapHeader(bytes)!);
    expect([image.width, image.height]).toEqual([width, height]);
    expect(Buffer.from(image.data)).toEqual(bytesOf(pixels));
  });

  test.each(refused)('of a rare kind is refused, with what to do: $name', ({ file }) => {
    expect(() => parseBitmapHeader(bytesOf(file))).toThrow(/^a bitmap of (OS\/2|compression \d with \d+ bits a pixel): .*PNG$/);
  });

  test('is an image file like any other', async () => {
    await mkdir(join(folder, 'photos'));
    const path = join(folder, 'photos', 'a.BMP');
    await writeFile(path, plain);
    expect((await listImageFiles(join(folder, 'photos'))).files.map(({ id }) => id)).toEqual(['a.BMP']);
    expect(await readImageSize(path)).toMatchObject({ width, height });
    expect(Buffer.from((await decodeImage(path)).data)).toEqual(bytesOf(cases[0]!.pixels));
    expect(await decodeImage(path, 2)).toMatchObject({ width: Math.round(width / 2), height: height / 2 });
    expect(await readThumbnail(path)).toHaveLength(32 * 32);
  });

  test.each<[string, [at: number, value: number][], RegExp]>([
    [
      'is far too large',
      [
        [18, 100_000],
        [22, 100_000],
      ],
      /more than 268 megapixels/,
    ],
    ['has no pixels', [[18, 0]], /a\.bmp: a bitmap of 0x6 pixels\.$/],
    ['is of a rare kind', [[30, 4]], /a bitmap of compression 4 with 24 bits a pixel: only uncompressed/],
    ['is shorter than it says', [[10, 200]], /a\.bmp: the file is damaged or truncated\.$/],
  ])('that %s is one line', async (_, changes, message) => {
    const bytes = Buffer.from(plain);
    for (const [at, value] of changes) bytes.writeInt32LE(value, at);
    const path = join(folder, 'a.bmp');
    await writeFile(path, bytes);
    await expect(decodeImage(path)).rejects.toThrow(message);
    await expect(decodeImage(path)).rejects.toBeInstanceOf(UserError);
  });

  test('that is altered anywhere gives an image or an error', () => {
    for (const { file } of cases) {
      const whole = bytesOf(file);
      fc.assert(
        fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
          const bytes = cut ? whole.subarray(0, at) : Buffer.from(whole).fill(value, at, at + 1);
          try {
            const header = parseBitmapHeader(bytes);
            // of others, `decodeImage` looks at the size
            if (header === undefined || header.width * header.height > 1e6) return;
            expect(decodeBitmap(bytes, header).data).toHaveLength(header.width * header.height * 3);
          } catch (error) {
            expect((error as Error).message).toMatch(/^(a bitmap of|pixels are missing|colors are missing|color \d)/);
          }
        }),
        { numRuns: 100 },
      );
    }
  });
});
