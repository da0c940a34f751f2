import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readStandardInput } from '#antonym/commands/standard-input.js';

async function* pieces(bytes: Uint8Array): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1000) yield Buffer.from(bytes.subarray(at, at + 1000));
}
const read = (bytes: Uint8Array | string, isNull = false) => readStandardInput(isNull, pieces(Buffer.from(bytes)));

test.each([
  ['of names that begin as formats do', 'BMW.jpg\nGIF8.jpg\nP1 b.jpg\n', ['BMW.jpg', 'GIF8.jpg', 'P1 b.jpg']],
  ['with the ends of lines of Windows', '\ufeffa.jpg\r\nGröße.jpg\r\n', ['a.jpg', 'Größe.jpg']],
  ['in UTF-16', Buffer.from('\ufeffa.jpg\r\nGröße.jpg\r\n', 'utf16le'), ['a.jpg', 'Größe.jpg']],
  ['in Windows-1252', Buffer.from('a.jpg\nGröße.jpg\n', 'latin1'), ['a.jpg', 'Größe.jpg']],
  ['that ends with NUL', 'BMW.jpg\0two\nlines.jpg\0', ['BMW.jpg', 'two\nlines.jpg']],
])('a list %s is one', async (_, bytes, paths) => {
  expect(await read(bytes)).toEqual({ paths });
});

test('an image of any format is its content', async () => {
  const picture = sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } });
  const { cases } = JSON.parse(await readFile(fileURLToPath(new URL('../images/golden/bitmaps.json', import.meta.url)), 'utf8'));
  const images = [
    await picture.png().toBuffer(),
    await picture.jpeg().toBuffer(),
    await picture.webp().toBuffer(),
    await picture.avif().toBuffer(),
  ];
  for (const content of [...images, Buffer.from(cases[0].file, 'base64')]) expect(await read(content)).toEqual({ content });
  await expect(read('')).rejects.toThrow('Standard input is empty: an image or a list of paths is expected.');
});

test('what is neither an image nor a list is named', async () => {
  const tar = Buffer.alloc(2048);
  tar.write('photo.png\0', 0);
  tar.write('ustar\0', 257);
  await expect(read(tar)).rejects.toThrow(/^Standard input is a tar archive, which is read from a file: give its path instead\.$/);
  await expect(read('\x7fELF\x02\0\0\0\x01rest')).rejects.toThrow(/^Standard input is neither an image nor a list of paths\.$/);
  expect(await read('a.jpg\0b.jpg\0\0')).toEqual({ paths: ['a.jpg', 'b.jpg'] });
});
