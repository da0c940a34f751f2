/** Reads what a user of the library gives as an image. */

import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { decodeImage, type ImageSource } from '../images/decode-image.js';
import type { Image } from '../images/image.js';
import { seenPixels } from '../images/seen-pixels.js';
import { counted } from '../support/counted.js';
import { messageOf } from '../support/errors.js';
import { ImageError, readingFault } from './errors.js';
import type { ImageInput, Pixels } from './image-input.js';
import { isPending, readPending } from './pending-content.js';

/** Characters: no system opens longer paths. */
const longestPath = process.platform === 'win32' ? 32_767 : 4096;

/** @throws ImageError */
export async function readInput(input: ImageInput): Promise<Image> {
  if (isPixels(input)) return checkPixels(input);
  const source = await sourceOf(input);
  try {
    return await decodeImage(source);
  } catch (error) {
    throw new ImageError(messageOf(error), input, { cause: error, code: readingFault(error) });
  }
}

async function sourceOf(input: Exclude<ImageInput, Pixels>): Promise<ImageSource> {
  if (input instanceof Uint8Array) return input;
  if (typeof input === 'string' || input instanceof URL) return sourceOfText(input);
  if (ArrayBuffer.isView(input) || isBuffer(input)) return bytesOf(input);
  if (isPending(input)) {
    return readPending(input).catch((error) => {
      const message = `Cannot read the content of ${nameOfInput(input)}: ${messageOf(error)}`;
      throw new ImageError(message, input, { cause: error, code: 'ERR_ANTONYM_UNREADABLE_FILE' });
    });
  }
  throw badArgument('expected a path, the content of an image file, or { data, width, height }', input);
}

/** Memory that was moved elsewhere, by `postMessage` or `transfer`, has no bytes, which some views say by a TypeError. */
function bytesOf(input: ArrayBufferView | ArrayBufferLike): Uint8Array {
  try {
    return ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input);
  } catch {
    return new Uint8Array();
  }
}

/** Accepts those of another realm, too, as tests and virtual machines have them. */
function isBuffer(input: unknown): input is ArrayBufferLike {
  return /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(input));
}

/** The name of an input in messages. */
export function nameOfInput(input: ImageInput): string {
  if (typeof input === 'string' || input instanceof URL) {
    const name = String(input);
    return /^data:/i.test(name) && name.length > 80 ? 'the image of the data: URL' : name;
  }
  if (isPixels(input)) return 'the pixels';
  if (input instanceof Blob) return `the image of ${counted(input.size, 'byte')}`;
  if (isPending(input)) return 'arrayBuffer' in input ? 'the answer' : 'the stream';
  return `the image of ${counted(input.byteLength, 'byte')}`;
}

function isPixels(input: ImageInput): input is Pixels {
  return typeof input === 'object' && input !== null && 'data' in input;
}

/** The path or the content that a text or URL stands for; texts that are no URL are paths. */
function sourceOfText(input: string | URL): string | Uint8Array {
  const text = String(input);
  const [, scheme = 'none'] = /^(data|file|blob|https?):/i.exec(text) ?? /^([a-z][a-z0-9+.-]+):\/\//i.exec(text) ?? [];
  try {
    if (scheme.toLowerCase() === 'file') return fileURLToPath(text);
    if (scheme.toLowerCase() === 'data') return contentOf(text);
  } catch (error) {
    throw new ImageError(`${nameOfInput(input)} cannot be used: ${messageOf(error)}`, input, {
      cause: error,
      code: 'ERR_ANTONYM_BAD_ARGUMENT',
    });
  }
  if (text === '' || text.includes('\0')) throw badArgument(`a path cannot ${text === '' ? 'be empty' : 'have a NUL character'}`, input);
  if (text.length > longestPath) throw badArgument(`a path has at most ${longestPath} characters; give base64 as a data: URL`, input);
  if (scheme === 'none' && !(input instanceof URL)) return input;
  const advice = 'nothing is fetched. Give the content, such as new Uint8Array(await (await fetch(url)).arrayBuffer())';
  throw badArgument(`${nameOfInput(input)} is not a file: URL, nor a data: URL: ${advice}`, input);
}

/** The bytes of a `data:` URL. https://www.rfc-editor.org/rfc/rfc2397 */
function contentOf(url: string): Uint8Array {
  const comma = url.indexOf(',');
  if (comma < 0) throw new Error('it has no comma before its content');
  const content = url.slice(comma + 1).replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(content, /;base64$/i.test(url.slice(0, comma)) ? 'base64' : 'latin1');
}

function badArgument(message: string, input: ImageInput): ImageError {
  return new ImageError(message, input, { code: 'ERR_ANTONYM_BAD_ARGUMENT' });
}

function checkPixels(input: Pixels): Image {
  const { data, width, height } = input;
  const isSide = (value: number): boolean => Number.isInteger(value) && value > 0;
  if (!isSide(width) || !isSide(height)) {
    throw badArgument(`width and height must be whole numbers above 0, but received ${width} and ${height}`, input);
  }
  const isClamped = types.isUint8ClampedArray(data);
  if (!(types.isUint8Array(data) || isClamped)) {
    throw badArgument('data must be a Uint8Array: red green blue, 8 bits each', input);
  }
  const needed = width * height * 3;
  if ('colorSpace' in input && input.colorSpace !== 'srgb') {
    throw badArgument(`the pixels are in the color space ${input.colorSpace}: convert them to srgb`, input);
  }
  const isRgba = data.length === width * height * 4;
  // As in the ImageData of a canvas.
  if (isRgba && isClamped) return { width, height, data: seenPixels(data, 4, { opacity: 0 }) };
  if (data.length !== needed) {
    const advice = isRgba ? '. It looks like RGBA: leave the alpha channel out' : '';
    throw badArgument(`${width}x${height} RGB pixels are ${needed} bytes, but data has ${data.length}${advice}`, input);
  }
  // a view of a larger buffer is copied: the whole buffer would travel to ONNX Runtime's thread
  const own = data.byteLength === data.buffer.byteLength ? data : data.slice();
  return { width, height, data: new Uint8Array(own.buffer, own.byteOffset, own.byteLength) };
}
