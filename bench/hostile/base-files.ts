/** Small good pictures in every format that is read, and the kinds in each that decoders treat apart. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { canReadHeic } from '#antonym/images/heif.js';
import type { HostileFormat } from './file-parts.js';
import { pngChunk } from './mutate.js';

export interface BaseFile {
  readonly format: HostileFormat;
  readonly bytes: Buffer;
}

/** @param index of the rendered scene */
export async function baseFiles(index: number): Promise<BaseFile[]> {
  const [width, height] = [96, 80];
  const scene = { kind: 'procedural', id: `procedural-9-${index}`, seed: 9, index, width, height } as const;
  const { data } = renderProcedural(scene);
  const picture = sharp(data, { raw: { width, height, channels: 3 } })
    .withIccProfile('p3')
    .withExif({ IFD0: { Copyright: 'nobody' } });
  const made: readonly (readonly [HostileFormat, Sharp])[] = [
    ['png', picture.clone().png()],
    ['png', picture.clone().ensureAlpha(0.5).png({ progressive: true })],
    ['png', picture.clone().png({ palette: true })],
    ['png', picture.clone().toColourspace('grey16').png()],
    ['jpg', picture.clone().jpeg()],
    ['jpg', picture.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' })],
    ['jpg', picture.clone().toColourspace('b-w').jpeg()],
    ['webp', picture.clone().webp()],
    ['webp', picture.clone().ensureAlpha(0.5).webp({ lossless: true })],
    ['avif', picture.clone().avif({ effort: 0 })],
    ['tif', picture.clone().tiff({ compression: 'none' })],
    ['tif', picture.clone().tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 })],
    ['tif', picture.clone().ensureAlpha(0.5).tiff({ compression: 'lzw' })],
    ['tif', picture.clone().tiff({ compression: 'jpeg', bigtiff: true })],
    ['png', picture.clone().toColourspace('rgb16').png()],
    ['png', picture.clone().png({ palette: true, progressive: true })],
    ['jpg', picture.clone().toColourspace('cmyk').jpeg()],
    ['avif', picture.clone().ensureAlpha(0.5).avif({ effort: 0 })],
    ['tif', picture.clone().toColourspace('rgb16').tiff({ compression: 'deflate', bigtiff: true })],
    ['tif', picture.clone().toColourspace('grey16').tiff({ compression: 'packbits' })],
    ['tif', picture.clone().toColourspace('cmyk').tiff({ compression: 'lzw', tile: true, tileWidth: 32, tileHeight: 32, pyramid: true })],
  ];
  const files = await Promise.all(made.map(async ([format, pipeline]) => ({ format, bytes: await pipeline.toBuffer() })));
  const heic = await heicOf(await picture.png().toBuffer());
  return [
    ...files,
    ...(await animations(picture)),
    ...(await statedColors(sharp(data, { raw: { width, height, channels: 3 } }))),
    { format: 'bmp', bytes: bitmap(data, width, height) },
    { format: 'bmp', bytes: bitmap(data, width, height, Buffer.from(await profileOf(picture))) },
    ...(heic === undefined ? [] : [{ format: 'heic' as const, bytes: heic }]),
  ];
}

/** Several pictures in a file: of a film of WebP, PNG and AVIF the first is read, of pages of a TIFF, too. */
async function animations(picture: Sharp): Promise<BaseFile[]> {
  const frames = [await picture.clone().png().toBuffer(), await picture.clone().negate().png().toBuffer()];
  const film = (): Sharp => sharp(frames, { join: { animated: true } });
  const still = frames[0]!;
  const avif = await picture.clone().avif({ effort: 0 }).toBuffer();
  avif.write('avis', 8, 'latin1');
  return [
    { format: 'webp', bytes: await film().webp().toBuffer() },
    { format: 'tif', bytes: await film().tiff({ compression: 'lzw' }).toBuffer() },
    // the header of PNG ends at 33; two frames are stated, of which one is there
    {
      format: 'png',
      bytes: Buffer.concat([still.subarray(0, 33), pngChunk('acTL', Buffer.of(0, 0, 0, 2, 0, 0, 0, 0)), still.subarray(33)]),
    },
    { format: 'avif', bytes: avif },
  ];
}

/** Files that say what their numbers mean without a profile. */
async function statedColors(picture: Sharp): Promise<BaseFile[]> {
  const png = await picture.clone().png().toBuffer();
  const numbers = (...values: readonly number[]): Buffer => {
    const data = Buffer.alloc(4 * values.length);
    for (const [index, value] of values.entries()) data.writeUInt32BE(value, 4 * index);
    return data;
  };
  const primaries = numbers(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000);
  const withChunks = (...chunks: readonly Buffer[]): BaseFile => ({
    format: 'png',
    bytes: Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]),
  });
  // only lossless ones state code points
  const avif = await picture.clone().avif({ effort: 0, lossless: true }).toBuffer();
  avif.writeUInt16BE(12, avif.indexOf('colrnclx') + 8);
  return [
    withChunks(pngChunk('gAMA', numbers(45455)), pngChunk('cHRM', primaries)),
    withChunks(pngChunk('cICP', Buffer.of(9, 14, 0, 1))),
    { format: 'avif', bytes: avif },
  ];
}

async function profileOf(picture: Sharp): Promise<Buffer> {
  return (await sharp(await picture.clone().png().toBuffer()).metadata()).icc!;
}

/** True where HEIC can be made and read: with heif-enc (Debian: libheif-examples) and libheif-js. */
export async function hasHeic(): Promise<boolean> {
  return (await canReadHeic()) && spawnSync('heif-enc', ['--help']).status !== null;
}

/** A picture as HEIC; undefined where that cannot be made, or would not be read. */
async function heicOf(png: Buffer): Promise<Buffer | undefined> {
  if (!(await hasHeic())) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'antonym-heic-'));
  try {
    await writeFile(join(folder, 'a.png'), png);
    await promisify(execFile)('heif-enc', ['-q', '60', '-o', 'a.heic', 'a.png'], { cwd: folder });
    return await readFile(join(folder, 'a.heic'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** 24 bits a pixel, rows from the bottom, of a multiple of four bytes; with a profile, the header of version 5. */
function bitmap(rgb: Uint8Array, width: number, height: number, profile = Buffer.alloc(0)): Buffer {
  const pitch = Math.ceil((width * 3) / 4) * 4;
  const header = profile.length > 0 ? 124 : 40;
  const pixels = 14 + header;
  const file = Buffer.alloc(pixels + pitch * height + profile.length);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(pixels, 10);
  file.writeUInt32LE(header, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  if (profile.length > 0) {
    file.writeUInt32LE(0x4d424544, 70);
    file.writeUInt32LE(header + pitch * height, 126);
    file.writeUInt32LE(profile.length, 130);
    profile.copy(file, pixels + pitch * height);
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width * 3; x++) file[pixels + (height - 1 - y) * pitch + x] = rgb[y * width * 3 + x - (x % 3) + (2 - (x % 3))]!;
  }
  return file;
}
