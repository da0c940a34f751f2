/** Strips PNG files to their pixels: compressed texts may take any time and memory when they are expanded. */
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { UserError } from '../support/errors.js';
import type { ImageContent } from './image-content.js';

/** Chunks that decide how pixels look (PNG, third edition); all others are left out. */
const kept = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'eXIf']);

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
 * @throws UserError for an HDR picture, whose brightness would be read wrongly, and for one with a million chunks.
 */
export async function pngPixelsOnly(content: ImageContent, headerOnly = false): Promise<Uint8Array> {
  const read = headerOnly ? windowed(content) : wholly(await content.all());
  const parts: Uint8Array[] = [await read(0, 8)];
  const seen = new Set<string>();
  let primaries: number | undefined;
  let chunks = 0;
  for (let at = 8; at + 8 <= content.length; ) {
    const head = Buffer.from(await read(at, 8));
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4);
    if (headerOnly && type === 'IDAT') break;
    if (++chunks > mostChunks) throw new UserError(`it has more than ${mostChunks} chunks, which no picture needs`);
    if (type === 'cICP' && length >= 4) primaries = checkCoding(await read(at, 12));
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
  // cICP comes before gAMA, and says of Display P3 what a profile would say
  const decisive = primaries === undefined ? parts : parts.filter((part) => typeOf(part) !== 'gAMA');
  if (primaries === displayP3 && !seen.has('iCCP')) decisive.splice(2, 0, await profileOfDisplayP3());
  return Buffer.concat(decisive);
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

/** Primaries of ITU-T H.273: those of sRGB, unspecified ones and those of old television are near enough; the colors of others change. */
const nearSrgb = new Set([1, 2, 5, 6]);
const displayP3 = 12;
/** Transfers of ITU-T H.273 that are near that of sRGB. */
const nearGamma = new Set([1, 2, 4, 6, 13, 14, 15]);

/** @returns the primaries that a chunk cICP states @throws UserError when the colors would be read wrongly. */
function checkCoding(chunk: Uint8Array): number {
  const [primaries = 0, transfer = 0] = chunk.subarray(8);
  checkTransfer(transfer);
  if ((nearSrgb.has(primaries) || primaries === displayP3) && nearGamma.has(transfer)) return primaries;
  throw new UserError(`its colors are coded as ${primaries}/${transfer} of ITU-T H.273, which is not supported: convert it to sRGB`);
}

function typeOf(chunk: Uint8Array): string {
  return Buffer.from(chunk.subarray(4, 8)).toString('latin1');
}

let profile: Promise<Uint8Array> | undefined;

/** The chunk iCCP of the profile that libvips has. */
async function profileOfDisplayP3(): Promise<Uint8Array> {
  profile ??= (async () => {
    const black = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000000' } });
    const png = await black.withIccProfile('p3').png().toBuffer();
    const at = png.indexOf('iCCP') - 4;
    return png.subarray(at, at + 12 + png.readUInt32BE(at));
  })();
  return profile;
}

/** Coding of brightness (ITU-T H.273): 16 and 18 are those of HDR. */
export function checkTransfer(transfer: number): void {
  if (transfer !== 16 && transfer !== 18) return;
  throw new UserError(`it is in HDR (${transfer === 16 ? 'PQ' : 'HLG'}), which is not supported: convert it to sRGB`);
}
