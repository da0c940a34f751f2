import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readJpegQuality } from '#antonym/datasets/pristine/jpeg-quality.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const path = join(folder, 'image');
const photograph = sharp({ create: { width: 40, height: 24, channels: 3, background: 'teal' } });

test('is the one that the file was saved with', async () => {
  for (let quality = 1; quality <= 100; quality++) {
    await writeFile(path, await photograph.clone().jpeg({ quality }).toBuffer());
    expect(await readJpegQuality(path)).toBe(quality);
  }
});

test('is found behind profiles and EXIF, and in progressive files', async () => {
  const image = photograph
    .clone()
    .withIccProfile('p3')
    .withExif({ IFD0: { Copyright: 'nobody'.repeat(5000) } });
  await writeFile(path, await image.jpeg({ quality: 73, progressive: true }).toBuffer());
  expect(await readJpegQuality(path)).toBe(73);
});

test('tables of other encoders have a nearest quality', async () => {
  await writeFile(path, await photograph.clone().jpeg({ quality: 60, quantisationTable: 3 }).toBuffer());
  expect(await readJpegQuality(path)).toBeGreaterThan(30);
  expect(await readJpegQuality(path)).toBeLessThan(90);
});

test('other files have none, whatever they hold', async () => {
  for (const content of [
    await photograph.clone().png().toBuffer(),
    '',
    'text',
    Buffer.from('ffd8', 'hex'),
    Buffer.from('ffd8ffdb0000', 'hex'),
  ]) {
    await writeFile(path, content);
    expect(await readJpegQuality(path)).toBeUndefined();
  }
  const jpeg = await photograph.clone().jpeg({ quality: 50 }).toBuffer();
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: jpeg.length }), fc.uint8Array({ maxLength: 40 }), async (length, tail) => {
      await writeFile(path, Buffer.concat([jpeg.subarray(0, length), tail]));
      const quality = await readJpegQuality(path);
      expect(quality === undefined || (quality >= 1 && quality <= 100)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
