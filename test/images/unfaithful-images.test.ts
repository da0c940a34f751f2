/** Pictures that decoders show wrongly: each is read right, or refused with the reason. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage, readImageSize } from '#antonym/images/decode-image.js';
import { makeTiff } from './make-tiff.js';

const [width, height] = [16, 12];
/** Red, green and blue of a small picture, bytes. */
const rgb = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7) % 251);

/** Pixels of more bands: the colors, then these. */
function withBands(...bands: readonly ((pixel: number) => number)[]): Uint8Array {
  return Uint8Array.from({ length: width * height * (3 + bands.length) }, (_, index) => {
    const [pixel, band] = [Math.floor(index / (3 + bands.length)), index % (3 + bands.length)];
    return band < 3 ? rgb[pixel * 3 + band]! : bands[band - 3]!(pixel);
  });
}

const infrared = (pixel: number): number => (pixel * 13) % 256;
const opacity = (pixel: number): number => (pixel % width) * 17;
const overWhite = rgb.map((value, index) => Math.round(255 + (value - 255) * (opacity(Math.floor(index / 3)) / 255)));

async function reasonOf(bytes: Uint8Array): Promise<string> {
  const reasons = await Promise.all(
    [decodeImage(bytes), readImageSize(bytes)].map((outcome) =>
      outcome.then(
        () => 'read',
        (error: Error) => error.message.replace(/^Cannot read image of \d+ bytes: /, ''),
      ),
    ),
  );
  // What is refused is refused before anything is decoded.
  expect(reasons[1]).toBe(reasons[0]);
  return reasons[0]!;
}

describe('samples', () => {
  const grey = (bits: number, format: number) =>
    makeTiff({
      width,
      height,
      samples: 1,
      bits,
      photometric: 1,
      data: new Uint8Array((width * height * bits) / 8),
      tags: { 339: [format] },
    });

  test.each([
    [32, 3, 'its samples are floating-point numbers of 32 bits, whose white level is unknown: convert it to 8-bit or 16-bit RGB'],
    [64, 3, 'its samples are floating-point numbers of 64 bits, whose'],
    [16, 3, 'its samples are floating-point numbers of 16 bits, whose'],
    [8, 2, 'its samples are signed numbers of 8 bits, whose'],
    [16, 2, 'its samples are signed numbers of 16 bits, whose'],
    [64, 5, 'its samples are complex numbers, whose'],
    [32, 1, 'its samples have 32 bits, but only 1, 2, 4, 8 or 16 are supported'],
    [64, 1, 'its samples have 64 bits, but'],
  ])('of %i bits and format %i are refused', async (bits, format, reason) => {
    expect(await reasonOf(grey(bits, format))).toContain(reason);
  });

  test('of 8 bits that state their format are read', async () => {
    expect(await decodeImage(grey(8, 1))).toMatchObject({ width, height });
  });

  test.each([
    [8, 'CIELAB'],
    [9, 'CIELAB (ICC)'],
    [32845, 'LogLuv'],
    [6, 'YCbCr without JPEG compression'],
  ])('of photometric interpretation %i are refused', async (photometric, name) => {
    const bytes = makeTiff({ width, height, samples: 3, bits: 8, photometric, data: rgb });
    expect(await reasonOf(bytes)).toContain(`its colors are ${name}`);
  });

  test('in HDR are refused', async () => {
    const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const cicp = Buffer.from('0000000463494350' + '09100001' + '00000000', 'hex');
    expect(await reasonOf(Buffer.concat([png.subarray(0, 33), cicp, png.subarray(33)]))).toBe(
      'it is in HDR (PQ), which is not supported: convert it to sRGB.',
    );
  });
});

describe('a PNG that says how its numbers become light', () => {
  const chunk = (type: string, data: readonly number[]): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.from(data)]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const gamma = (value: number): Buffer => {
    const hundredThousandths = Math.round(value * 1e5);
    return chunk('gAMA', [0, hundredThousandths >> 16, (hundredThousandths >> 8) & 255, hundredThousandths & 255]);
  };
  const stated = async (...chunks: readonly Buffer[]): Promise<Uint8Array> => {
    const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]);
  };
  const read = async (...chunks: readonly Buffer[]): Promise<number[]> => [...(await decodeImage(await stated(...chunks))).data];

  /** IEC 61966-2-1. */
  const ofLight = (light: number): number => 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
  const expectLit = (pixels: Iterable<number>, light: readonly number[]): void => {
    for (const [index, value] of [...pixels].entries()) expect(Math.abs(value - ofLight(light[index]!))).toBeLessThan(1.5);
  };

  test('by gamma is read as browsers show it', async () => {
    for (const exponent of [1, 1.8]) {
      const light = [...rgb].map((value) => (value / 255) ** exponent);
      expectLit(await read(gamma(1 / exponent)), light);
    }
    for (const chunks of [
      [gamma(0.45455)],
      [gamma(0)],
      [gamma(1), chunk('sRGB', [0])],
      [gamma(1), chunk('cICP', [1, 13, 0, 1])],
      [gamma(1e-5)],
    ])
      expect(await read(...chunks)).toEqual([...rgb]);
  });

  test('by gamma keeps 16 bits until it is applied', async () => {
    for (const [channels, type] of [
      [3, 2],
      [1, 0],
    ] as const) {
      const deep = Uint16Array.from({ length: width * height * channels }, (_, index) => 100 * index);
      const rows = Buffer.alloc(height * (1 + width * channels * 2));
      for (const [index, value] of deep.entries()) rows.writeUInt16BE(value, 1 + 2 * index + Math.floor(index / width / channels));
      const header = [0, 0, 0, width, 0, 0, 0, height, 16, type, 0, 0, 0];
      const chunks = [chunk('IHDR', header), gamma(1), chunk('IDAT', [...deflateSync(rows)]), chunk('IEND', [])];
      const { data } = await decodeImage(Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]));
      expectLit(
        data.filter((_, index) => channels === 3 || index % 3 === 0),
        [...deep].map((value) => value / 0xffff),
      );
    }
  });

  test('by the primaries of Display P3 is as with its profile, and codes without a meaning are refused', async () => {
    const profiled = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const at = profiled.indexOf('iCCP') - 4;
    const profile = profiled.subarray(at, at + 12 + profiled.readUInt32BE(at));
    const coded = await read(chunk('cICP', [12, 13, 0, 1]));
    for (const [index, value] of (await read(profile)).entries()) expect(Math.abs(value - coded[index]!)).toBeLessThanOrEqual(1);
    expect(await read(profile)).not.toEqual([...rgb]);
    expect(await reasonOf(await stated(chunk('cICP', [10, 1, 0, 1])))).toMatch(/^its colors are coded as 10\/1 of ITU-T H\.273/);
    expect(await reasonOf(await stated(chunk('cICP', [1, 13, 0, 0])))).toMatch(/^its numbers have the narrow range of video/);
  });
});

test('of a film of AVIF the first picture is read', async () => {
  const avif = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .avif({ lossless: true })
    .toBuffer();
  const film = Buffer.from(avif);
  film.write('avis', 8);
  expect(await decodeImage(film)).toEqual(await decodeImage(avif));
  expect(await readImageSize(film)).toEqual({ width, height });
});

test('colors of AVIF that are multiplied by their opacity already are refused', async () => {
  const data = withBands(opacity);
  const avif = await sharp(data, { raw: { width, height, channels: 4 } })
    .avif({ lossless: true })
    .toBuffer();
  expect(await reasonOf(avif)).toBe('read');
  // the reference from the opacity to the picture, in the place of one that libavif writes beside it
  const at = avif.indexOf('auxl');
  expect(avif.toString('latin1', at - 12, at - 8)).toBe('iref');
  const multiplied = Buffer.from(avif);
  multiplied.write('prem', at);
  expect(await reasonOf(multiplied)).toContain('its colors are multiplied by their opacity already');
});

describe('bands that are no colours', () => {
  const made = (data: Uint8Array, extraSamples: readonly number[] | undefined, photometric = 2) =>
    makeTiff({
      width,
      height,
      samples: data.length / width / height,
      bits: 8,
      photometric,
      data,
      ...(extraSamples && { tags: { 338: extraSamples } }),
    });

  test.each([
    ['one that is unspecified', withBands(infrared), [0], rgb],
    ['one that nothing is said of', withBands(infrared), undefined, rgb],
    ['two that are unspecified', withBands(infrared, opacity), [0, 0], rgb],
    ['five of them', withBands(infrared, opacity, infrared, opacity, infrared), [0, 0, 0, 0, 0], rgb],
    ['opacity alone', withBands(opacity), [2], overWhite],
    ['opacity before another', withBands(opacity, infrared), [2, 0], overWhite],
    ['opacity behind another', withBands(infrared, opacity), [0, 2], overWhite],
  ])('%s', async (_, data, extraSamples, expected) => {
    const image = await decodeImage(made(data, extraSamples));
    expect(image).toMatchObject({ width, height });
    expect(Math.max(...image.data.map((value, index) => Math.abs(value - expected[index]!)))).toBeLessThanOrEqual(1);
  });

  test('grey with a band that is not opacity', async () => {
    const data = Uint8Array.from({ length: width * height * 2 }, (_, index) => (index % 2 === 0 ? 90 : infrared(index)));
    expect(new Set((await decodeImage(made(data, [0], 1))).data)).toEqual(new Set([90]));
  });

  test('bands of which nobody knows which is red', async () => {
    expect(await reasonOf(made(withBands(infrared, opacity), [0, 0, 0, 0], 1))).toContain(
      'it has 5 bands and does not say which are red, green and blue',
    );
  });

  test('inks beyond the four of CMYK', async () => {
    expect(await reasonOf(made(withBands(infrared, opacity), [0], 5))).toContain('it has 5 bands, of which only four are those of CMYK');
    const four = { width, height, samples: 4, bits: 8, photometric: 5, data: withBands(infrared) };
    expect(await reasonOf(makeTiff({ ...four, tags: { 332: [1] } }))).toBe('read');
    expect(await reasonOf(makeTiff({ ...four, tags: { 332: [2] } }))).toContain('it has 4 inks, which are not those of CMYK');
  });
});

describe('several pictures in a file', () => {
  const small = { width: 4, height: 3, samples: 3, bits: 8, photometric: 2, data: new Uint8Array(36).fill(200) };
  const whole = { width, height, samples: 3, bits: 8, photometric: 2, data: rgb };
  const reduced = { 254: [1] };

  test('the whole one is read where the first is a reduced one', async () => {
    const bytes = makeTiff({ ...small, tags: reduced }, whole);
    expect(await readImageSize(bytes)).toMatchObject({ width, height });
    expect(await decodeImage(bytes)).toEqual({ width, height, data: rgb });
  });

  test('the whole one is read where it lies inside the first', async () => {
    for (const tags of [reduced, {}]) {
      const bytes = makeTiff({ ...small, tags, inside: [whole] });
      expect(await readImageSize(bytes)).toMatchObject({ width, height });
      expect(await decodeImage(bytes)).toEqual({ width, height, data: rgb });
    }
  });

  test('the first of equals is read, and reduced ones behind it are left alone', async () => {
    expect(await decodeImage(makeTiff(whole, { ...small, tags: reduced }))).toEqual({ width, height, data: rgb });
    expect(await decodeImage(makeTiff(small, whole))).toMatchObject({ width: 4, height: 3 });
  });

  test.each([
    [34934, 'JPEG XR'],
    [50000, 'Zstandard'],
    [34566, 'a method of the number 34566'],
  ])('compression %i is named, which is no damage', async (compression, name) => {
    await expect(decodeImage(makeTiff({ ...whole, tags: { 259: [compression] } }))).rejects.toThrow(
      `it is compressed with ${name}, which is not`,
    );
  });

  test('a channel alone is refused, as microscopes save them, and a slice is read', async () => {
    const page = { width, height, samples: 1, bits: 8, photometric: 1, data: new Uint8Array(width * height).fill(90) };
    const described = (text: string): Uint8Array => makeTiff({ ...page, tags: { 270: [...Buffer.from(`${text}\0`)] } }, page);
    const pixels = (channels: number): string =>
      `<?xml version="1.0"?><OME><Image><Pixels ID="P" SizeC="${channels}" SizeT="1"/></Image></OME>`;
    for (const text of ['ImageJ=1.54f\nimages=2\nchannels=2\n', pixels(2)])
      expect(await reasonOf(described(text))).toContain('each of its 2 channels is a page of its own');
    for (const text of ['ImageJ=1.54f\nimages=2\nslices=2\n', pixels(1), 'channels=2'])
      expect(await reasonOf(described(text))).toBe('read');
  });

  test('a preview alone is refused', async () => {
    expect(await reasonOf(makeTiff({ ...small, tags: reduced }))).toContain('it holds only a preview');
  });

  test('camera raw is refused: the preview would be taken for the photograph', async () => {
    const sensor = { width: 64, height: 48, samples: 1, bits: 16, photometric: 32803, data: new Uint8Array(64 * 48 * 2) };
    expect(await reasonOf(makeTiff({ ...small, tags: reduced, inside: [sensor] }))).toMatch(
      /^it is a camera raw file, in which only a preview/,
    );
    expect(await reasonOf(makeTiff({ ...small, tags: { 50706: [0x401] } }))).toMatch(/^it is a camera raw file \(DNG\)/);
    expect(await reasonOf(makeTiff({ ...small, inside: [{ ...sensor, photometric: 1, tags: { 259: [34713] } }] }))).toMatch(
      /^it is a camera raw file/,
    );
    for (const [start, name] of [
      ['IIRO\x08\0\0\0', 'Olympus (ORF)'],
      ['FUJIFILMCCD-RAW 0201', 'Fujifilm (RAF)'],
      ['\0\0\0\x18ftypcrx \0\0\0\x01', 'Canon (CR3)'],
    ] as const) {
      expect(await reasonOf(Buffer.from(start.padEnd(200, '\0'), 'latin1'))).toContain(`it is a camera raw file of ${name}`);
    }
  });
});

test.each([
  ['\0\0\x02\0\0\0\0\0', 'the content is Targa (TGA), not'],
  ['\0\0\x02\0\x01\0', 'the content is a cursor (CUR), not'],
  ['\x28\0\0\0\x40\0\0\0', 'the content is a bitmap without its file header (DIB), not'],
  ['\x0a\x05\x01\x08', 'the content is PCX, not'],
  ['BPG\xfb', 'the content is BPG, not JPEG, PNG, WebP, TIFF, AVIF or BMP: convert it to JPEG or PNG'],
  ['PF\n16 12\n-1.0\n', 'the content is a Netpbm picture (PNM), not JPEG'],
  ['\x89PNG\n\x1a\n\0\0', 'BMP, but a PNG whose line ends were changed, as by a transfer as text: copy it again'],
  ['\0\x05\x16\x07\0\x02\0\0Mac OS X', 'BMP, but what macOS keeps beside a file (AppleDouble): take the file itself'],
  ['{"error": "not found"}', 'BMP, but JSON, perhaps the answer of a server: download the picture itself'],
  ['<?xml version="1.0"?><Error/>', 'BMP, but XML, perhaps the answer of a server: download the picture itself'],
  ['iVBORw0KGgoAAAANSUhEUg', 'BMP, but a picture as base64 text: decode it'],
  ['\0'.repeat(100), 'BMP, but zeros, as an interrupted download or copy leaves them: copy it again'],
  ['Not found', 'BMP, but text'],
  ['\0\0\0\x0cJXL \r\n\x87\n', 'the content is JPEG XL, not JPEG, PNG, WebP, TIFF, AVIF or BMP: convert it to JPEG or PNG'],
  ['\xff\x0a', 'the content is JPEG XL, not'],
  ['\0\0\0\x0cjP  \r\n\x87\n', 'the content is JPEG 2000, not'],
  ['8BPS', 'the content is a document of Photoshop (PSD), not'],
  ['\0\0\0\x20ftypqt  ', 'the content is a film, not'],
  ['version https://git-lfs.github.com/spec/v1\noid sha256:4d', 'the content is a pointer of Git LFS, not'],
  ['<!DOCTYPE html>\n<title>404</title>', 'AVIF or BMP, but a page of HTML: download the picture itself'],
])('a file that begins with %j is named', async (start, reason) => {
  expect(await reasonOf(Buffer.from(start.padEnd(100, '\0'), 'latin1'))).toContain(reason);
});
