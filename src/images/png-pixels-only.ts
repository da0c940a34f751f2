/** Strips PNG files to their pixels and the profile of their colors: compressed texts may take any time and memory when they are expanded. */
import { inflateSync } from 'node:zlib';
import { UserError } from '../support/errors.js';
import type { ImageContent } from './image-content.js';
import { withStatedColors } from './png-colors.js';

/** Chunks that decide how pixels look (PNG, third edition); all others are left out. */
const kept = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'cHRM', 'cICP', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'eXIf']);

/** Limit of a chunk other than pixels, and of an expanded color profile, bytes. */
const mostBeside = 2 ** 20;
const mostProfile = 2 ** 24;

/** Limit of the number of chunks of any kind. */
const mostChunks = 2 ** 20;

/** Bytes read at a time while only heads of chunks matter. */
const windowLength = 2 ** 16;

/**
 * The chunks of a PNG file that matter for its pixels.
 * @param headerOnly stops before the pixels: enough for size and orientation.
 * @throws UserError for a picture whose colors would be read wrongly, such as one in HDR, and for one with a million chunks.
 */
export async function pngPixelsOnly(content: ImageContent, headerOnly = false): Promise<Uint8Array> {
  const read = headerOnly ? windowed(content) : wholly(await content.all());
  const parts: Uint8Array[] = [await read(0, 8)];
  const seen = new Set<string>();
  let chunks = 0;
  for (let at = 8; at + 8 <= content.length; ) {
    const head = Buffer.from(await read(at, 8));
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4);
    if (headerOnly && type === 'IDAT') break;
    if (++chunks > mostChunks) throw new UserError(`it has more than ${mostChunks} chunks, which no picture needs`);
    if (type === 'CgBI')
      throw new UserError('it is a PNG in the form of iPhones (CgBI), which is not supported: save it as PNG with a program of macOS');
    // Critical chunks (capital first letter) are kept; a profile or orientation once, as decoders take it.
    const isWanted = type === 'IDAT' || ((kept.has(type) || /^[A-Z]/.test(type)) && !seen.has(type) && length <= mostBeside);
    if (isWanted) {
      const part = await read(at, 12 + length);
      if (type !== 'iCCP' || isBoundedProfile(part)) parts.push(part);
    }
    seen.add(type);
    if (type === 'IEND') break;
    at += 12 + length;
  }
  if (headerOnly) parts.push(emptyPixels, endOfFile);
  return Buffer.concat(withStatedColors(parts));
}

type Read = (start: number, length: number) => Promise<Uint8Array> | Uint8Array;

function wholly(bytes: Uint8Array): Read {
  return (start, length) => bytes.subarray(start, start + length);
}

function windowed(content: ImageContent): Read {
  let [from, window]: [number, Uint8Array] = [0, new Uint8Array()];
  return async (start, length) => {
    if (length > windowLength) return content.read(start, length);
    if (start < from || start + length > from + window.length) [from, window] = [start, await content.read(start, windowLength)];
    return window.subarray(start - from, start - from + length);
  };
}

const emptyPixels = Buffer.from('0000000049444154' + '35af061e', 'hex');
const endOfFile = Buffer.from('0000000049454e44' + 'ae426082', 'hex');

function isBoundedProfile(chunk: Uint8Array): boolean {
  const nameEnd = chunk.indexOf(0, 8);
  if (nameEnd < 0) return true;
  try {
    inflateSync(chunk.subarray(nameEnd + 2, -4), { maxOutputLength: mostProfile });
    return true;
  } catch {
    // A damaged or exploding profile counts as none.
    return false;
  }
}
