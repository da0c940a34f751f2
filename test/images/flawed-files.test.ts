/** Files with flaws: those that lose no pixel are read, the rest are refused with the reason that is true. */
import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage, readImageSize } from '#antonym/images/decode-image.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { makeTiff } from './make-tiff.js';

const folder = await temporaryFolder();
const module = fileURLToPath(import.meta.resolve('#antonym/images/decode-image.js'));

const [width, height] = [203, 149];
function photograph(): Sharp {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const [x, y, color] = [Math.floor(index / 3) % width, Math.floor(index / 3 / width), index % 3];
    return 128 + 70 * Math.sin(x / (5 + color)) + 50 * Math.cos(y / 9) + ((x * 31 + y * 17) % 7);
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** The pixels of both are equal. */
async function expectSame(flawed: string | Uint8Array, plain: string | Uint8Array): Promise<void> {
  const [a, b] = [await decodeImage(flawed), await decodeImage(plain)];
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  expect(Buffer.compare(a.data, b.data)).toBe(0);
}

describe('a JPEG file', () => {
  const kinds: Record<string, () => Promise<Buffer>> = {
    baseline: () => photograph().jpeg().toBuffer(),
    'without subsampling': () => photograph().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
    progressive: () => photograph().jpeg({ progressive: true }).toBuffer(),
    optimised: () => photograph().jpeg({ mozjpeg: true }).toBuffer(),
    grey: () => photograph().toColourspace('b-w').jpeg().toBuffer(),
    CMYK: () => photograph().toColourspace('cmyk').jpeg().toBuffer(),
  };
  const named = Object.keys(kinds);
  const lastScan = (jpeg: Buffer): number => jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const endOfImage = (jpeg: Buffer): number => jpeg.lastIndexOf(Buffer.from([0xff, 0xd9]));
  const insert = (jpeg: Buffer, at: number, ...bytes: number[]): Buffer =>
    Buffer.concat([jpeg.subarray(0, at), Buffer.from(bytes), jpeg.subarray(at)]);

  test.each(named)('with padding before its end, or without an end, is read (%s)', async (kind) => {
    const jpeg = await kinds[kind]!();
    await expectSame(insert(jpeg, endOfImage(jpeg), 0, 0, 0, 0, 0), jpeg);
    await expectSame(jpeg.subarray(0, endOfImage(jpeg)), jpeg);
  });

  test('with the wrong spectral selection of some phones is read', async () => {
    const jpeg = await kinds.baseline!();
    const flawed = Buffer.from(jpeg);
    // Ss, Se, Ah/Al of a sequential scan are 0, 63, 0.
    flawed.set([0, 0, 0], lastScan(jpeg) + 11);
    await expect(sharp(flawed, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow();
    await expectSame(flawed, jpeg);
  });

  test('with an unknown revision of JFIF is read', async () => {
    const jpeg = await kinds.baseline!();
    const [plain, flawed] = [1, 9].map((revision) =>
      insert(jpeg, 2, 0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0'), revision, 0, 0, 0, 1, 0, 1, 0, 0),
    );
    await expectSame(flawed!, plain!);
  });

  test.each(named)('whose data was overwritten is refused, whichever part (%s)', async (kind) => {
    const jpeg = await kinds[kind]!();
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    for (let part = 1; part <= 9; part++) {
      const flawed = Buffer.from(jpeg);
      const at = scan + 20 + Math.floor(((jpeg.length - scan - 60) * part) / 10);
      flawed.fill(0xff, at, at + 24);
      await expect(decodeImage(flawed), `part ${part}`).rejects.toThrow('the file is damaged or truncated');
    }
  });

  test.each(named)('that ends early is refused, wherever (%s)', async (kind) => {
    const jpeg = await kinds[kind]!();
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    for (let part = 1; part <= 9; part++) {
      const cut = jpeg.subarray(0, scan + Math.floor(((jpeg.length - scan) * part) / 10));
      await expect(decodeImage(cut), `part ${part}`).rejects.toThrow('the file is damaged or truncated');
    }
  });

  test.each([
    ['a hierarchical JPEG', (jpeg: Buffer, frame: number) => jpeg.writeUInt8(0xc5, frame + 1)],
    ['a lossless JPEG', (jpeg: Buffer, frame: number) => jpeg.writeUInt8(0xc3, frame + 1)],
    ['a JPEG of 12 bits', (jpeg: Buffer, frame: number) => jpeg.writeUInt8(12, frame + 4)],
  ])('of a kind that is not read is named: %s', async (name, change) => {
    const jpeg = await kinds.baseline!();
    change(jpeg, jpeg.indexOf(Buffer.from([0xff, 0xc0])));
    await expect(decodeImage(jpeg)).rejects.toThrow(`it is ${name}, which is not supported: save it as baseline or progressive JPEG`);
  });
});

test.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)('reducing takes decoded pixels (%s)', async (format) => {
  const encoded = await {
    jpeg: () => photograph().jpeg(),
    png: () => photograph().png(),
    webp: () => photograph().webp({ lossless: true }),
    tiff: () => photograph().tiff({ compression: 'lzw', pyramid: true, tile: true, tileWidth: 32, tileHeight: 32 }),
    avif: () => photograph().avif({ lossless: true, chromaSubsampling: '4:4:4', effort: 0 }),
  }
    [format]()
    .toBuffer();
  const { data } = await decodeImage(encoded);
  for (const factor of [2, 3.3, 8]) {
    const [reducedWidth, reducedHeight] = [Math.round(width / factor), Math.round(height / factor)];
    const expected = await sharp(data, { raw: { width, height, channels: 3 } })
      .resize(reducedWidth, reducedHeight, { fit: 'fill' })
      .raw()
      .toBuffer();
    const reduced = await decodeImage(encoded, factor);
    expect([reduced.width, reduced.height, Buffer.compare(reduced.data, expected)]).toEqual([reducedWidth, reducedHeight, 0]);
  }
});

describe('what the system says', () => {
  const reason = (path: string): Promise<string> =>
    decodeImage(path).then(
      () => 'read',
      (error: Error) => error.message.replace(`Cannot read image ${path}: `, ''),
    );

  test('is the reason', async () => {
    await writeFile(join(folder, 'file'), 'x');
    await symlink('circle.jpg', join(folder, 'circle.jpg'));
    expect(await reason(join(folder, 'file', 'a.jpg'))).toBe('a part of its path is a file, not a folder.');
    expect(await reason(join(folder, 'circle.jpg'))).toBe('links lead in a circle.');
    expect(await reason(join(folder, `${'a'.repeat(300)}.jpg`))).toBe('the name is too long for this file system.');
  });

  test.runIf(process.platform === 'linux')('is told apart from damage where the machine lacks something', async () => {
    const path = join(folder, 'good.png');
    await photograph().png().toFile(path);
    const program = `
      import { openSync, closeSync } from 'node:fs';
      const { decodeImage } = await import(${JSON.stringify(module)});
      const { readingFault } = await import(${JSON.stringify(import.meta.resolve('#antonym/score/errors.js'))});
      const path = ${JSON.stringify(path)};
      await decodeImage(path);
      const open = [];
      try { for (;;) open.push(openSync('/dev/null')); } catch {}
      const failed = await decodeImage(path).catch((error) => [readingFault(error), error.name + ': ' + error.message]);
      setTimeout(() => open.forEach((file) => closeSync(file)), 500);
      const { width } = await decodeImage(path);
      process.stdout.write(JSON.stringify([...failed, width]));`;
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      'ulimit -n 128; exec "$0" --input-type=module -e "$1"',
      process.execPath,
      program,
    ]);
    // Once it lasts, once it passes.
    const message = `PassingError: Cannot read image ${path}: too many files are open (see ulimit -n).`;
    expect(JSON.parse(stdout)).toEqual(['ERR_ANTONYM_BUSY', message, width]);
  });

  test.runIf(process.platform !== 'win32')('a pipe is read once', async () => {
    const [pipe, path] = [join(folder, 'pipe'), join(folder, 'piped.png')];
    await photograph().png().toFile(path);
    await promisify(execFile)('mkfifo', [pipe]);
    const writer = promisify(execFile)('bash', ['-c', '{ head -c 5000 "$0"; sleep 0.2; tail -c +5001 "$0"; } > "$1"', path, pipe]);
    await expectSame(pipe, path);
    await writer;
  });

  test.runIf(process.platform !== 'win32')('a device that is at its end is not waited for', async () => {
    await expect(decodeImage('/dev/null')).rejects.toThrow('Cannot read image /dev/null: it is not a regular file, and empty.');
  });
});

describe('what lies beside the pixels', () => {
  function chunk(type: string, data: Uint8Array): Buffer {
    const result = Buffer.alloc(12 + data.length);
    result.writeUInt32BE(data.length, 0);
    result.write(type, 4, 'latin1');
    result.set(data, 8);
    result.writeUInt32BE(crc32(result.subarray(4, 8 + data.length)), 8 + data.length);
    return result;
  }

  test('is not expanded: a PNG whose texts and profile would take gigabytes', async () => {
    const png = await photograph().png().toBuffer();
    const large = deflateSync(new Uint8Array(8 * 2 ** 20));
    const text = chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), large]));
    const profile = chunk('iCCP', Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(new Uint8Array(2 ** 26))]));
    const path = join(folder, 'texts.png');
    await writeFile(path, Buffer.concat([png.subarray(0, 33), profile, ...Array<Buffer>(400).fill(text), png.subarray(33)]));
    const program = `
      const { decodeImage, readImageSize } = await import(${JSON.stringify(module)});
      const { width, height } = await readImageSize(${JSON.stringify(path)});
      const { data } = await decodeImage(${JSON.stringify(path)});
      process.stdout.write(JSON.stringify([width, height, data.length, process.resourceUsage().maxRSS]));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    const [seenWidth, seenHeight, length, kibibytes] = JSON.parse(stdout);
    expect([seenWidth, seenHeight, length]).toEqual([width, height, width * height * 3]);
    expect(kibibytes).toBeLessThan(400 * 1024);
    await expectSame(path, png);
  });

  test('is no want of memory: a tag of a TIFF that claims more bytes than the file has', async () => {
    const [side, data] = [16, Uint8Array.from({ length: 16 * 16 * 3 }, (_, index) => index % 251)];
    const made = makeTiff({ width: side, height: side, samples: 3, bits: 8, photometric: 2, data, tags: { 2326: [1, 2] } });
    const flawed = Buffer.from(made);
    const entry = flawed.indexOf(Buffer.of(0x16, 0x09, 4, 0));
    flawed.writeUInt32LE(2 ** 25, entry + 4);
    await expect(sharp(flawed, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow(/out of memory/i);
    await expectSame(flawed, made);
  });

  test('does not repeat a picture: a progressive JPEG of very many scans', async () => {
    const jpeg = await sharp({ create: { width: 2000, height: 2000, channels: 3, background: 'teal' } })
      .jpeg({ progressive: true })
      .toBuffer();
    const scan = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
    const bomb = Buffer.concat([jpeg.subarray(0, scan), ...Array<Buffer>(2000).fill(jpeg.subarray(scan, -2)), jpeg.subarray(-2)]);
    await expect(decodeImage(bomb)).rejects.toThrow(/it has 20\d\d scans of 2000x2000 pixels, which would take too long/);
  });
});

test('sizes are those of the pixels for every orientation and format', async () => {
  await mkdir(join(folder, 'turned'));
  for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
    const path = join(folder, 'turned', `6.${format}`);
    await photograph().withMetadata({ orientation: 6 }).toFormat(format).toFile(path);
    expect(await readImageSize(path)).toMatchObject({ width: height, height: width });
    expect(await decodeImage(path)).toMatchObject({ width: height, height: width });
  }
});
