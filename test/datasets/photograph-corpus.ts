/** A folder of about 200 image files such as people have: every format and oddity, damage, lies and files that are no images. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { loadImage } from '#antonym/datasets/load-image.js';
import { randomStream } from '#antonym/support/random.js';
import { rendered } from '../pairs/folder-of-photographs.js';

/** The outcome for a file: these pixels, any pixels, a reason why not, or either (damage that a decoder may not notice). */
export type Expected =
  | { readonly kind: 'pixels'; readonly width: number; readonly height: number; readonly data: Uint8Array; readonly tolerance: number }
  | { readonly kind: 'size'; readonly width: number; readonly height: number }
  | { readonly kind: 'refused'; readonly reason: RegExp }
  | { readonly kind: 'either' };

export interface CorpusFile {
  readonly name: string;
  readonly expected: Expected;
}

interface Photograph {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Writes the corpus into a new folder; what no list of images may hold (a folder, links) lies there too. */
export async function photographCorpus(folder: string): Promise<CorpusFile[]> {
  await mkdir(folder);
  const files: CorpusFile[] = [];
  const add = async (name: string, content: Uint8Array | string, expected: Expected): Promise<void> => {
    await writeFile(join(folder, name), content);
    files.push({ name, expected });
  };
  const photograph = await loadImage(rendered(3, 84, 60));
  const { width, height } = photograph;
  const source = (): Sharp => sharp(photograph.data, { raw: { width, height, channels: 3 } });
  // The greatest mean difference of bytes: 0 where nothing may be lost.
  const same = (tolerance: number, data = photograph.data): Expected => ({ kind: 'pixels', width, height, data, tolerance });

  const lossless: Record<string, Sharp> = {
    'plain.png': source().png(),
    'interlaced.png': source().png({ progressive: true }),
    'stored.png': source().png({ compressionLevel: 0 }),
    '16-bit.png': source().toColourspace('rgb16').png(),
    'lossless.webp': source().webp({ lossless: true }),
    'lossless.avif': source().avif({ lossless: true, chromaSubsampling: '4:4:4', effort: 0 }),
    'uncompressed.tiff': source().tiff({ compression: 'none' }),
    'lzw.tif': source().tiff({ compression: 'lzw', predictor: 'horizontal' }),
    'deflate-tiled.tif': source().tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 }),
    'pyramid.tif': source().tiff({ compression: 'lzw', pyramid: true, tile: true, tileWidth: 16, tileHeight: 16 }),
    '16-bit.tif': source().toColourspace('rgb16').tiff({ compression: 'lzw' }),
    'big.tif': source().tiff({ compression: 'lzw', bigtiff: true }),
    'UPPER.PNG': source().png(),
    'wrong-extension.jpg': source().png(),
  };
  for (const [name, image] of Object.entries(lossless)) await add(name, await image.toBuffer(), same(0));

  const lossy: Record<string, Sharp> = {
    'quality-100.jpg': source().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
    'subsampled.jpeg': source().jpeg({ quality: 95 }),
    'progressive.jpg': source().jpeg({ quality: 95, progressive: true }),
    'optimised.jpg': source().jpeg({ quality: 95, mozjpeg: true }),
    'plain.webp': source().webp({ quality: 95 }),
    'plain.avif': source().avif({ quality: 90, effort: 0 }),
    'jpeg.tif': source().tiff({ compression: 'jpeg', quality: 95 }),
    'palette.png': source().png({ palette: true, colours: 256, dither: 0 }),
  };
  for (const [name, image] of Object.entries(lossy)) await add(name, await image.toBuffer(), same(6));

  // The law of a profile: whatever the stored numbers, the colors are those of the photograph (as far as 8 bits tell).
  for (const format of ['jpeg', 'png', 'webp', 'tiff', 'avif'] as const) {
    const inP3 = source().withIccProfile('p3');
    await add(`display-p3.${format}`, await encode(inP3, format).toBuffer(), same(6));
  }
  const grey = await source().toColourspace('b-w').raw().toBuffer();
  const greyRgb = Uint8Array.from(photograph.data, (_, index) => grey[Math.floor(index / 3)]!);
  const greySource = (): Sharp => sharp(grey, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
    await add(
      `grey.${format}`,
      await encode(greySource(), format).toBuffer(),
      same(format === 'png' || format === 'tiff' ? 0 : 6, greyRgb),
    );
  }
  await add('grey-16-bit.png', await greySource().toColourspace('grey16').png().toBuffer(), same(0, greyRgb));
  // Separation into inks loses saturated colors; white stays what it is.
  for (const format of ['jpeg', 'tiff'] as const) {
    await add(`cmyk.${format}`, await encode(source().toColourspace('cmyk'), format).toBuffer(), { kind: 'size', width, height });
    const white = sharp({ create: { width, height, channels: 3, background: '#ffffff' } }).toColourspace('cmyk');
    const whitePixels = new Uint8Array(width * height * 3).fill(255);
    await add(`cmyk-white.${format}`, await encode(white, format).toBuffer(), same(3, whitePixels));
  }
  await add('bilevel.tif', await greySource().tiff({ bitdepth: 1, compression: 'ccittfax4' }).toBuffer(), { kind: 'size', width, height });
  await add('2-bit.png', await source().png({ palette: true, colours: 4 }).toBuffer(), { kind: 'size', width, height });

  // Transparent parts lie over white: a x + (1 - a) 255.
  const alpha = Uint8Array.from({ length: width * height }, (_, index) => Math.round((255 * (index % width)) / (width - 1)));
  const rgba = Uint8Array.from({ length: width * height * 4 }, (_, index) =>
    index % 4 === 3 ? alpha[(index - 3) / 4]! : photograph.data[Math.floor(index / 4) * 3 + (index % 4)]!,
  );
  const overWhite = photograph.data.map((value, index) => {
    const a = alpha[Math.floor(index / 3)]! / 255;
    return Math.round(a * value + (1 - a) * 255);
  });
  const transparent = (): Sharp => sharp(rgba, { raw: { width, height, channels: 4 } });
  await add('alpha.png', await transparent().png().toBuffer(), same(1, overWhite));
  await add('alpha-16-bit.png', await transparent().toColourspace('rgb16').png().toBuffer(), same(1, overWhite));
  await add('alpha.webp', await transparent().webp({ lossless: true, exact: true }).toBuffer(), same(1, overWhite));
  await add('alpha-lossy.webp', await transparent().webp({ quality: 95 }).toBuffer(), same(6, overWhite));
  await add('alpha.tif', await transparent().tiff({ compression: 'lzw' }).toBuffer(), same(1, overWhite));
  await add('alpha.avif', await transparent().avif({ quality: 90, effort: 0 }).toBuffer(), same(6, overWhite));
  await add('alpha-grey.png', await transparent().toColourspace('b-w').png().toBuffer(), { kind: 'size', width, height });
  await add('alpha-palette.png', await transparent().png({ palette: true }).toBuffer(), same(12, overWhite));

  // Orientation n: the file holds the photograph moved by the inverse of what EXIF asks for.
  for (let orientation = 1; orientation <= 8; orientation++) {
    const stored = moveFor(photograph, orientation);
    const raw = { raw: { width: stored.width, height: stored.height, channels: 3 as const } };
    for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
      const image = encode(sharp(stored.data, raw), format).withMetadata({ orientation });
      await add(`orientation-${orientation}.${format}`, await image.toBuffer(), same(format === 'png' || format === 'tiff' ? 0 : 6));
    }
  }

  // The first page of several.
  const red = new Uint8Array(width * height * 3).map((_, index) => (index % 3 === 0 ? 255 : 0));
  const pages = { raw: { width, height: height * 2, channels: 3 as const, pageHeight: height } };
  const stacked = (): Sharp => sharp(Buffer.concat([photograph.data, red]), pages);
  await add('animated.webp', await stacked().webp({ lossless: true }).toBuffer(), same(0));
  await add('pages.tif', await stacked().tiff({ compression: 'lzw' }).toBuffer(), same(0));

  for (const [w, h] of [
    [1, 1],
    [1, 7],
    [9, 1],
    [1, 300],
    [300, 1],
    [2, 2],
    [3, 5],
    [31, 33],
    [40, 40],
    [41, 97],
    [127, 63],
  ] as const) {
    const image = await loadImage(rendered(w + h, Math.max(w, 32), Math.max(h, 32)));
    const cut = sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } }).extract({
      left: 0,
      top: 0,
      width: w,
      height: h,
    });
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      await add(`size-${w}x${h}.${format}`, await encode(cut.clone(), format).toBuffer(), { kind: 'size', width: w, height: h });
    }
  }
  for (const name of ['with space.png', '-dash.png', 'quote\'".png', 'naïve-写真-📷.png', '<script>.png', '%2e%2e.png', 'a&b;$(c).png']) {
    await add(name, await source().png().toBuffer(), same(0));
  }
  await add('100-megapixels.png', greyPng(10_000, 10_000, 0x0f), { kind: 'size', width: 10_000, height: 10_000 });

  // No images.
  const text = 'Dear diary, today I renamed a letter to a photograph.\n';
  for (const extension of ['jpg', 'png', 'webp', 'tif', 'avif']) {
    await add(`empty.${extension}`, '', { kind: 'refused', reason: /the file is empty/ });
    await add(`text.${extension}`, text, { kind: 'refused', reason: /the content is not JPEG/ });
  }
  const random = randomStream('corpus');
  const refused = (reason: RegExp): Expected => ({ kind: 'refused', reason });
  await add('page.png', '<!doctype html><title>404</title><p>Not found', refused(/the content is not JPEG/));
  await add('drawing.png', '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"/>', refused(/the content is SVG, not JPEG/));
  await add('animation.png', await stacked().gif().toBuffer(), refused(/the content is GIF, not JPEG/));
  const damaged = /the content is not JPEG|the file is damaged or truncated/;
  await add(
    'noise.jpg',
    Uint8Array.from({ length: 4000 }, () => random.integer(256)),
    refused(damaged),
  );
  await add('signature.png', Buffer.from('89504e470d0a1a0a', 'hex'), refused(damaged));
  await add('signature.jpg', Buffer.from('ffd8ff', 'hex'), refused(damaged));

  // Lies about size: bombs.
  await add('claims-50000x50000.png', pngOf(50_000, 50_000, deflateSync(new Uint8Array(64))), refused(/more than 268 megapixels/));
  await add('bomb-20000x20000.png', greyPng(20_000, 20_000, 0), refused(/more than 268 megapixels/));
  const jpeg = await source().jpeg().toBuffer();
  await add('claims-65500x65500.jpg', withJpegSize(jpeg, 65_500, 65_500), refused(/more than 268 megapixels/));
  await add('claims-9000x9000.jpg', withJpegSize(jpeg, 9000, 9000), refused(damaged));
  await add('claims-9000x9000.png', pngOf(9000, 9000, deflateSync(new Uint8Array(64))), refused(damaged));

  // Cut off: downloads that ended, full disks.
  const whole = {
    jpg: await source().jpeg().toBuffer(),
    'progressive.jpg': await source().jpeg({ progressive: true }).toBuffer(),
    png: await source().png().toBuffer(),
    webp: await source().webp().toBuffer(),
    tif: await source().tiff({ compression: 'lzw' }).toBuffer(),
    avif: await source().avif({ effort: 0 }).toBuffer(),
  };
  // Phones write a film behind the photograph.
  await add('trailing.jpg', Buffer.concat([whole.jpg, Buffer.from('MotionPhoto'.repeat(100))]), { kind: 'size', width, height });
  await add('trailing.png', Buffer.concat([whole.png, Buffer.from('MotionPhoto')]), same(0));
  for (const [extension, content] of Object.entries(whole)) {
    for (const share of [0.03, 0.2, 0.4, 0.6, 0.8, 0.9]) {
      await add(`cut-${share}.${extension}`, content.subarray(0, Math.floor(content.length * share)), refused(damaged));
    }
    await add(`cut-last-byte.${extension}`, content.subarray(0, -1), { kind: 'either' });
    for (let flip = 0; flip < 5; flip++) {
      const flipped = Buffer.from(content);
      for (let count = 0; count < 3; count++) flipped[random.integer(flipped.length)]! ^= 1 << random.integer(8);
      await add(`flipped-${flip}.${extension}`, flipped, { kind: 'either' });
    }
  }

  await mkdir(join(folder, 'folder.jpg'));
  await symlink(folder, join(folder, 'circle'));
  await symlink(join(folder, 'nowhere.png'), join(folder, 'broken-link.png'));
  return files;
}

function encode(image: Sharp, format: 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif'): Sharp {
  if (format === 'jpeg') return image.jpeg({ quality: 95 });
  if (format === 'webp') return image.webp({ quality: 95 });
  if (format === 'avif') return image.avif({ quality: 90, effort: 0 });
  return format === 'png' ? image.png() : image.tiff({ compression: 'lzw' });
}

/** The picture to store so that a viewer that obeys the EXIF orientation (EXIF 2.3, tag 274) shows the given one. */
function moveFor({ width, height, data }: Photograph, orientation: number): Photograph {
  const turned = orientation > 4;
  const stored = { width: turned ? height : width, height: turned ? width : height, data: new Uint8Array(data.length) };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [right, bottom] = [width - 1 - x, height - 1 - y];
      // Where the stored 0th row and column appear: 1 top left, 2 top right, 3 bottom right, 4 bottom left, 5 left top, ...
      const [column, row] = [
        [x, y],
        [right, y],
        [right, bottom],
        [x, bottom],
        [y, x],
        [y, right],
        [bottom, right],
        [bottom, x],
      ][orientation - 1] as [number, number];
      for (let channel = 0; channel < 3; channel++) {
        stored.data[(row * stored.width + column) * 3 + channel] = data[(y * width + x) * 3 + channel]!;
      }
    }
  }
  return stored;
}

/** A PNG of one bit per pixel, every eight pixels of which are the given bits: small on disk, large in memory. */
function greyPng(width: number, height: number, bits: number): Uint8Array {
  const row = Buffer.alloc(1 + Math.ceil(width / 8), bits);
  row[0] = 0;
  return pngOf(width, height, deflateSync(Buffer.concat(Array<Buffer>(height).fill(row)), { level: 1 }));
}

function pngOf(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', new Uint8Array())]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const result = Buffer.alloc(12 + data.length);
  result.writeUInt32BE(data.length, 0);
  result.write(type, 4, 'latin1');
  result.set(data, 8);
  result.writeUInt32BE(crc32(result.subarray(4, 8 + data.length)), 8 + data.length);
  return result;
}

/** Height and width stand in the frame header (SOF0), 5 bytes after its marker. */
function withJpegSize(jpeg: Buffer, width: number, height: number): Uint8Array {
  const result = Buffer.from(jpeg);
  const frame = result.indexOf(Buffer.from([0xff, 0xc0]));
  result.writeUInt16BE(height, frame + 5);
  result.writeUInt16BE(width, frame + 7);
  return result;
}
