/** Reads image files: training and scoring share one decoder, so that both see the same pixels. */

import sharp, { type Sharp } from 'sharp';
import { counted } from '../support/counted.js';
import { messageOf, UserError } from '../support/errors.js';
import { PassingError, patiently as untilItPasses } from '../support/files/passing-failures.js';
import type { Image } from './image.js';
import { type ImageSource, withContent } from './image-content.js';
import { maximumPixels, openContent, readContentSize } from './open-image.js';
import { resizedImage } from './reduced-image.js';
import { seenPixels } from './seen-pixels.js';

export { type ImageSource, maximumPixels };

/** Time limit of a decoding, seconds; the largest image takes a tenth of it. */
const longestDecoding = 120;

/**
 * The pixels of an image file as every part of the program sees them: first page, upright as its EXIF orientation says, transparent
 * parts over white (as browsers and paper show them), embedded color profile converted to sRGB, gray to RGB, 16 bits to 8.
 * @param downscale divisor of the sides, 1 or more; they are rounded, to at least 1 pixel, and resampled with Lanczos' kernel.
 * @throws UserError naming the file and the reason: missing, a folder, not an image, not faithfully readable, truncated,
 * above `maximumPixels`; PassingError when the machine, not the file, is at fault.
 */
export async function decodeImage(source: ImageSource, downscale = 1): Promise<Image> {
  const image = await decodeThrough(source, (pipeline) => pipeline);
  if (image.channels !== 3) throw readingError(new Error(`${image.channels} channels`), source);
  if (downscale === 1) return { width: image.width, height: image.height, data: image.data };
  const reduced = (side: number): number => Math.max(1, Math.round(side / downscale));
  return resizedImage(image, { width: reduced(image.width), height: reduced(image.height) });
}

/** Decoded pixels of any number of channels. */
export interface DecodedPixels extends Image {
  readonly channels: number;
}

/**
 * The pixels of an image file after further steps of the same pipeline, which may make decoding cheaper.
 * @param finish adds steps to the pipeline that `decodeImage` runs.
 * @throws as `decodeImage`
 */
export async function decodeThrough(source: ImageSource, finish: (pipeline: Sharp) => Sharp): Promise<DecodedPixels> {
  try {
    return await withContent(source, async (content) => {
      const { decode, extra, isHarmless, unread } = await openContent(content);
      const run = async (lenient: boolean): Promise<DecodedPixels> => {
        const pipeline = (await decode(lenient)).timeout({ seconds: longestDecoding });
        if (extra === undefined) return raw(finish(pipeline));
        const { width, height, data, channels } = await raw(pipeline);
        return raw(finish(fromPixels({ width, height, data: seenPixels(data, channels, extra) })));
      };
      try {
        return await patiently(() => run(false));
      } catch (error) {
        if (error instanceof UserError || isTooLarge(error)) throw error;
        const reason = unread?.();
        if (reason !== undefined) throw new UserError(reason, { cause: error });
        if (isHarmless?.()) return await run(true);
        throw error;
      }
    });
  } catch (error) {
    throw readingError(error, source);
  }
}

/**
 * The size of an upright image from its header alone, in pixels: fast, but a truncated file goes unnoticed.
 * @throws as `decodeImage`
 */
export async function readImageSize(source: ImageSource): Promise<{ width: number; height: number }> {
  try {
    return await withContent(source, (content) => patiently(() => readContentSize(content)));
  } catch (error) {
    throw readingError(error, source);
  }
}

function fromPixels({ width, height, data }: Image): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function raw(pipeline: Sharp): Promise<DecodedPixels> {
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** Decodes, and tries again when the machine lacked memory or threads. */
async function patiently<T>(decode: () => Promise<T>): Promise<T> {
  return untilItPasses(decode, isWant).catch((error) => {
    throw isWant(error) ? new PassingError('the system is out of threads or memory. Try again with less running', { cause: error }) : error;
  });
}

function isWant(error: unknown): boolean {
  // libtiff says it of a tag that claims more bytes than the file has
  const message = messageOf(error).replaceAll(/out of memory reading of/gi, '');
  return /out of memory|unable to create thread|unable to allocate|cannot allocate|temporarily unavailable|too many open files/i.test(
    message,
  );
}

function isTooLarge(error: unknown): boolean {
  return messageOf(error).includes('exceeds pixel limit');
}

/** The error to throw when an image file could not be read: one line that names it and the reason. */
function readingError(error: unknown, source: ImageSource): UserError {
  const name = typeof source === 'string' ? source : `of ${counted(source.length, 'byte')}`;
  const Kind = error instanceof PassingError ? PassingError : UserError;
  return new Kind(`Cannot read image ${name}: ${reasonOf(error)}.`, { cause: error });
}

/** The reason, in one line. */
function reasonOf(error: unknown): string {
  const message = messageOf(error).trim();
  if (error instanceof UserError) return message;
  if (/^a bitmap of/.test(message)) return message;
  if (isTooLarge(error)) return `it has more than ${Math.floor(maximumPixels / 1e6)} megapixels, the largest supported size: reduce it`;
  if (/^timeout/.test(message)) return `decoding it took more than ${longestDecoding} s`;
  // Not the decoder's message: libvips keeps one text for all threads, and it may be about another file.
  return 'the file is damaged or truncated';
}
