/** What a user of the library may give as an image, and its pixels. */
import { fileURLToPath } from 'node:url';
import { decodeImage, type ImageSource } from '../images/decode-image.js';
import type { Image } from '../images/image.js';
import { seenPixels } from '../images/seen-pixels.js';
import { messageOf, UserError } from '../support/errors.js';

/** Decoded pixels; an `ImageData` is one. */
export interface Pixels {
  /** 8-bit sRGB: rows from the top, [height, width, 3], red green blue, 0..255. A Uint8ClampedArray may have a fourth value, opacity, which is laid over white. */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/**
 * An image: the path or `file:` URL of a JPEG, PNG, WebP, TIFF, AVIF or BMP file, the content of such a file (as bytes, `ArrayBuffer`, `Blob` or `File`), or pixels.
 * Files are taken as a browser shows them: upright as EXIF says, transparent parts over white, in sRGB.
 */
export type ImageInput = string | URL | ArrayBufferLike | ArrayBufferView | Blob | Pixels;

/** An image cannot be scored: it cannot be read, is smaller than the model's minimum, or is no `ImageInput`. */
export class ImageError extends UserError {
  override name = 'ImageError';

  constructor(
    message: string,
    /** What was given. */
    readonly image: ImageInput,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** @throws ImageError */
export async function readInput(input: ImageInput): Promise<Image> {
  if (isPixels(input)) return checkPixels(input);
  const source = await sourceOf(input);
  try {
    return await decodeImage(source);
  } catch (error) {
    throw new ImageError(messageOf(error), input, { cause: error });
  }
}

async function sourceOf(input: Exclude<ImageInput, Pixels>): Promise<ImageSource> {
  if (typeof input === 'string' || input instanceof Uint8Array) return input;
  if (input instanceof URL) return pathOf(input);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (isBuffer(input)) return new Uint8Array(input);
  if (input instanceof Blob) {
    // What a Blob stands for, a file for example, may be gone.
    return new Uint8Array(
      await input.arrayBuffer().catch((error) => {
        throw new ImageError(`Cannot read the content of the Blob: ${messageOf(error)}`, input, { cause: error });
      }),
    );
  }
  throw new ImageError('expected a path, the content of an image file, or { data, width, height }', input);
}

/** Of another realm, too, as tests and virtual machines have them. */
function isBuffer(input: unknown): input is ArrayBufferLike {
  return /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(input));
}

/** What messages call it. */
export function nameOfInput(input: ImageInput): string {
  if (typeof input === 'string') return input;
  if (input instanceof URL) return input.href;
  if (isPixels(input)) return 'the pixels';
  if (input instanceof Blob) return `the image of ${input.size} bytes`;
  return `the image of ${input.byteLength} bytes`;
}

function isPixels(input: ImageInput): input is Pixels {
  return typeof input === 'object' && input !== null && 'data' in input;
}

function pathOf(url: URL): string {
  if (url.protocol !== 'file:') throw new ImageError(`${url.href} is not a file: URL. Give the content of what it shows`, url);
  return fileURLToPath(url);
}

function checkPixels(input: Pixels): Image {
  const { data, width, height } = input;
  const isSide = (value: number): boolean => Number.isInteger(value) && value > 0;
  if (!isSide(width) || !isSide(height)) {
    throw new ImageError(`width and height must be whole numbers above 0, but received ${width} and ${height}`, input);
  }
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new ImageError('data must be a Uint8Array: red green blue, 8 bits each', input);
  }
  const needed = width * height * 3;
  if ('colorSpace' in input && input.colorSpace !== 'srgb') {
    throw new ImageError(`the pixels are in the colour space ${input.colorSpace}: convert them to srgb`, input);
  }
  const isRgba = data.length === width * height * 4;
  // As in the ImageData of a canvas.
  if (isRgba && data instanceof Uint8ClampedArray) return { width, height, data: seenPixels(data, 4, { opacity: 0 }) };
  if (data.length !== needed) {
    const advice = isRgba ? '. It looks like RGBA: leave the alpha channel out' : '';
    throw new ImageError(`${width}x${height} RGB pixels are ${needed} bytes, but data has ${data.length}${advice}`, input);
  }
  // a view of a larger buffer is copied: the whole buffer would travel to ONNX Runtime's thread
  const own = data.byteLength === data.buffer.byteLength ? data : data.slice();
  return { width, height, data: new Uint8Array(own.buffer, own.byteOffset, own.byteLength) };
}
