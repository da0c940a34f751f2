/** Reads image files: one decoding for training and scoring, so that both see the same pixels. */
import { open, readFile, stat } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { messageOf, systemCodeOf, UserError } from '../support/errors.js';
import { type BitmapHeader, bitmapHeaderLength, decodeBitmap, parseBitmapHeader } from './bmp.js';
import type { Image } from './image.js';

/** A path, or the bytes of an image file. */
export type ImageSource = string | Uint8Array;

/** Larger images are refused: they would take more than 800 MB of memory. (The default of sharp, 0x3FFF squared.) */
export const maximumPixels = 268_402_689;

/** Warnings too: libjpeg goes on with grey where data is damaged or missing, and says no more than that. */
const readingOptions = { failOn: 'warning', limitInputPixels: maximumPixels } as const;

/** Formats by their name in sharp; AVIF is a kind of HEIF. */
const formats = new Set(['jpeg', 'png', 'webp', 'tiff', 'heif']);
const formatNames = 'JPEG, PNG, WebP, TIFF, AVIF or BMP';

/**
 * The sharp pipeline that gives an image file's pixels as every part of the program sees them: first page, upright as its
 * EXIF orientation says, transparent parts over white (as browsers and paper show them), embedded colour profile converted
 * to sRGB, grey to RGB, 16 bits to 8. Add what you need (`resize`, `extract`) and end with `.raw()`.
 */
export async function openImage(source: ImageSource): Promise<Sharp> {
  const header = await readBitmapHeader(source);
  if (header === undefined) return sharp(source, readingOptions).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb');
  const { width, height, data } = decodeBitmap(typeof source === 'string' ? await readFile(source) : source, header);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/**
 * The pixels of an image file; see `openImage` for what is converted.
 * @param downscale sides are divided by it and rounded, at least 1 pixel, with Lanczos' kernel; 1 or more.
 * @throws UserError naming the file and the reason: missing, a folder, no image, truncated, above `maximumPixels`.
 */
export async function decodeImage(source: ImageSource, downscale = 1): Promise<Image> {
  try {
    const { width, height } = await checkFormat(source);
    const reduced = (side: number): number => Math.max(1, Math.round(side / downscale));
    const opened = await openImage(source);
    if (downscale !== 1) opened.resize(reduced(width), reduced(height), { fit: 'fill' });
    const { data, info } = await opened.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels after the conversion to sRGB`);
    return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  } catch (error) {
    throw await readingError(error, source);
  }
}

/**
 * The size of an upright image from its header alone, in pixels: fast, but a truncated file goes unnoticed.
 * @throws UserError naming the file and the reason.
 */
export async function readImageSize(path: string): Promise<{ width: number; height: number }> {
  try {
    return await checkFormat(path);
  } catch (error) {
    throw await readingError(error, path);
  }
}

async function checkFormat(source: ImageSource): Promise<{ width: number; height: number }> {
  const bitmap = await readBitmapHeader(source);
  if (bitmap !== undefined) return bitmap;
  const metadata = await sharp(source, readingOptions).metadata();
  if (!formats.has(metadata.format)) throw new Error(`the content is ${metadata.format}, not ${formatNames}`);
  return metadata.autoOrient;
}

/** The header of a Windows bitmap, which sharp does not read; undefined for everything else. */
async function readBitmapHeader(source: ImageSource): Promise<BitmapHeader | undefined> {
  const header = parseBitmapHeader(typeof source === 'string' ? await readStart(source) : source.subarray(0, bitmapHeaderLength));
  if (header !== undefined && header.width * header.height > maximumPixels) throw new Error('exceeds pixel limit');
  return header;
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bitmapHeaderLength), 0, bitmapHeaderLength, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The error to throw when an image file could not be read: one line that names it and the reason. */
export async function readingError(error: unknown, source: ImageSource): Promise<UserError> {
  const name = typeof source === 'string' ? source : `of ${source.length} bytes`;
  return new UserError(`Cannot read image ${name}: ${(await fileReason(source)) ?? contentReason(error)}`);
}

/** What is wrong with the file itself: what the file system says is clearer than what the decoder says. */
async function fileReason(source: ImageSource): Promise<string | undefined> {
  if (typeof source !== 'string') return source.length === 0 ? 'it is empty' : undefined;
  try {
    const status = await stat(source);
    if (status.isDirectory()) return 'it is a folder, not a file';
    return status.size === 0 ? 'the file is empty' : undefined;
  } catch (systemError) {
    return systemCodeOf(systemError) === 'ENOENT' ? 'no such file' : messageOf(systemError);
  }
}

/** What is wrong with the content, in one line. */
function contentReason(error: unknown): string {
  const message = messageOf(error);
  if (/^Input (file|buffer) contains unsupported/.test(message)) return `the content is not ${formatNames}`;
  if (/^the content is|channels after|^a bitmap of/.test(message)) return message.trim();
  if (message.includes('exceeds pixel limit')) {
    return `it has more than ${Math.floor(maximumPixels / 1e6)} megapixels, the most that is read: reduce it`;
  }
  // Not what the decoder says: libvips keeps one text for all threads, and another file's may stand in it.
  return 'the file is damaged or truncated';
}
