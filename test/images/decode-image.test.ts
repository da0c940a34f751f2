import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { decodeImage, readImageSize } from '#antonym/images/decode-image.js';
import type { Image } from '#antonym/images/image.js';
import { UserError } from '#antonym/support/errors.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();

/** 4x2: a red left half, a blue right half. */
function redAndBlue(): Sharp {
  const row = [255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255];
  return sharp(Uint8Array.from([...row, ...row]), { raw: { width: 4, height: 2, channels: 3 } });
}

function pixel({ width, data }: Image, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

async function save(name: string, image: Sharp): Promise<string> {
  const path = join(folder, name);
  await image.toFile(path);
  return path;
}

test('a PNG comes back as it was written', async () => {
  const image = await decodeImage(await save('plain.png', redAndBlue()));
  expect(image).toMatchObject({ width: 4, height: 2 });
  expect(image.data).toHaveLength(24);
  expect([pixel(image, 0, 0), pixel(image, 3, 1)]).toEqual([
    [255, 0, 0],
    [0, 0, 255],
  ]);
});

test('EXIF orientation 6 turns the image upright, its size too', async () => {
  const path = await save(
    'turned.png',
    redAndBlue()
      .withExif({ IFD0: { Orientation: '6' } })
      .withMetadata({ orientation: 6 }),
  );
  const image = await decodeImage(path);
  expect(await readImageSize(path)).toMatchObject({ width: 2, height: 4 });
  expect(image).toMatchObject({ width: 2, height: 4 });
  expect([pixel(image, 0, 0), pixel(image, 1, 3)]).toEqual([
    [255, 0, 0],
    [0, 0, 255],
  ]);
});

test('transparent parts lie over white', async () => {
  const data = Uint8Array.from([200, 0, 0, 0, 200, 0, 0, 255]);
  const image = await decodeImage(await save('alpha.png', sharp(data, { raw: { width: 2, height: 1, channels: 4 } })));
  expect([...image.data]).toEqual([255, 255, 255, 200, 0, 0]);
});

test('grey becomes RGB', async () => {
  const data = Uint8Array.from([0, 100, 255]);
  const path = await save('grey.png', sharp(data, { raw: { width: 3, height: 1, channels: 1 } }).toColourspace('b-w'));
  expect((await sharp(path).metadata()).channels).toBe(1);
  expect([...(await decodeImage(path)).data]).toEqual([0, 0, 0, 100, 100, 100, 255, 255, 255]);
});

test.each(['rgb16', 'grey16'] as const)('16 bits become 8 (%s)', async (space) => {
  const data = Uint16Array.from([0, 0, 0, 25700, 25700, 25700, 65535, 65535, 65535]);
  const path = await save(`${space}.png`, sharp(data, { raw: { width: 3, height: 1, channels: 3 } }).toColourspace(space));
  expect(await sharp(path).metadata()).toMatchObject({ depth: 'ushort', channels: space === 'rgb16' ? 3 : 1 });
  expect([...(await decodeImage(path)).data]).toEqual([0, 0, 0, 100, 100, 100, 255, 255, 255]);
});

test('an embedded colour profile is converted to sRGB', async () => {
  const green = sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 60, g: 160, b: 60 } } });
  const path = await save('p3.png', green.withIccProfile('p3'));
  const stored = await sharp(path, { ignoreIcc: true }).raw().toBuffer();
  expect([...stored.subarray(0, 3)]).not.toEqual([60, 160, 60]);
  const [red = 0, middle = 0, blue = 0] = pixel(await decodeImage(path), 4, 4);
  expect(Math.max(Math.abs(red - 60), Math.abs(middle - 160), Math.abs(blue - 60))).toBeLessThanOrEqual(2);
});

test('CMYK becomes RGB', async () => {
  const white = sharp({ create: { width: 8, height: 8, channels: 3, background: '#ffffff' } });
  const path = await save('cmyk.jpg', white.toColourspace('cmyk').jpeg());
  expect((await sharp(path).metadata()).space).toBe('cmyk');
  const image = await decodeImage(path);
  expect(image.data).toHaveLength(8 * 8 * 3);
  expect(Math.min(...image.data)).toBeGreaterThan(245);
});

async function truncated(name: string, share: number): Promise<string> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const path = await save(name, sharp({ create: { width: 96, height: 64, channels: 3, background: 'red', noise } }));
  const content = await readFile(path);
  await writeFile(path, content.subarray(0, Math.floor(content.length * share)));
  return path;
}

test.each(['cut.jpg', 'cut.png', 'cut.webp', 'cut.tiff'])('a truncated file is an error: %s', async (name) => {
  const path = await truncated(name, 0.6);
  await expect(decodeImage(path)).rejects.toThrow(UserError);
  await expect(decodeImage(path)).rejects.toThrow(/^Cannot read image [^\n]*\/cut\.\w+: [^\n]+$/);
});

test('what is no image is an error of one line that names the reason', async () => {
  await writeFile(join(folder, 'text.jpg'), 'Dear diary');
  await writeFile(join(folder, 'empty.jpg'), '');
  await writeFile(
    join(folder, 'drawing.png'),
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  );
  const reason = (name: string): Promise<string> =>
    decodeImage(join(folder, name)).then(
      () => 'no error',
      (error: Error) => error.message.replace(`Cannot read image ${join(folder, name)}: `, ''),
    );
  expect(await reason('text.jpg')).toMatch(/the content is not JPEG, PNG, WebP, TIFF, AVIF or BMP, but text\.$/);
  expect(await reason('empty.jpg')).toBe('the file is empty.');
  expect(await reason('drawing.png')).toMatch(/^the content is SVG, not JPEG/);
  expect(await reason('missing.jpg')).toBe('no such file.');
  expect(await reason('.')).toBe('it is a folder, not a file.');
});
