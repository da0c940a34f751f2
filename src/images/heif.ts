/** Pictures in HEIF containers: sharp reads AVIF; an optional decoder, installed beside the program, reads HEIC. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { UserError } from '../support/errors.js';
import type { ImageContent } from './image-content.js';
import { checkTransfer } from './png-pixels-only.js';
import { formatNames } from './recognize-image.js';

/** Upper bound of the description of the pictures, in the first box after the file type, bytes. */
const mostDescription = 2 ** 18;

/** The part of the optional package `libheif-js` that is used. */
interface HeifLibrary {
  readonly HeifDecoder: new () => { decode(bytes: Uint8Array): readonly HeifImage[] };
}

interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  display(target: DecodedHeic, done: (decoded: DecodedHeic | null) => void): void;
  free(): void;
}

interface DecodedHeic {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/**
 * Checks the content of a HEIF container.
 * @param compression as sharp names it.
 * @returns true for HEIC, which `decodeHeic` reads; false for AVIF.
 * @throws UserError for other contents, and for HDR.
 */
export async function checkHeif(content: ImageContent, compression: string | undefined): Promise<boolean> {
  const description = Buffer.from(await content.read(0, mostDescription));
  const transfers: number[] = [];
  for (let at = description.indexOf('colrnclx'); at >= 0; at = description.indexOf('colrnclx', at + 1)) {
    if (at + 12 <= description.length) transfers.push(description.readUInt16BE(at + 10));
  }
  // Pictures with a gain map have an HDR rendering beside the plain one.
  if (transfers.length > 0 && transfers.every((transfer) => transfer === 16 || transfer === 18)) checkTransfer(transfers[0]!);
  if (compression === 'av1') return false;
  if (compression === 'hevc') {
    await heifLibrary();
    return true;
  }
  throw new UserError(`the content is HEIF with ${compression ?? 'an unknown'} compression, not ${formatNames}: convert it to JPEG or PNG`);
}

/**
 * The primary picture of a HEIC file as an uncompressed PNG with the same colour profile: upright, as libheif turns it.
 * @throws UserError when the decoder is not installed.
 */
export async function decodeHeic(bytes: Uint8Array, mostPixels: number): Promise<Uint8Array> {
  const { HeifDecoder } = await heifLibrary();
  const images = new HeifDecoder().decode(bytes);
  try {
    const image = images.find((candidate) => candidate.is_primary()) ?? images[0];
    if (image === undefined) throw new Error('no picture in it');
    const [width, height] = [image.get_width(), image.get_height()];
    if (width * height > mostPixels) throw new Error('exceeds pixel limit');
    const target = { data: new Uint8ClampedArray(width * height * 4), width, height };
    const decoded = await new Promise<DecodedHeic | null>((resolve) => image.display(target, resolve));
    if (decoded === null) throw new Error('it does not decode');
    const png = await sharp(decoded.data, { raw: { width, height, channels: 4 } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    return withProfile(png, profileOf(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, mostDescription))));
  } finally {
    for (const image of images) image.free();
  }
}

/** True where the decoder of HEIC is installed. */
export async function canReadHeic(): Promise<boolean> {
  return heifLibrary().then(
    () => true,
    () => false,
  );
}

let library: Promise<HeifLibrary> | undefined;

/** Loads the library once, if it is installed. */
async function heifLibrary(): Promise<HeifLibrary> {
  // A variable, so that neither compilers nor bundlers require the optional package.
  const name = 'libheif-js/wasm-bundle.js';
  library ??= import(name).then((module) => module.default);
  return library.catch((error) => {
    throw new UserError(
      `the content is HEIC, not ${formatNames}: install a decoder with "npm install libheif-js" (licence LGPL-3.0), or convert it to JPEG or PNG`,
      { cause: error },
    );
  });
}

/** The ICC profile in the first colour box. */
function profileOf(description: Buffer): Buffer | undefined {
  for (const name of ['colrprof', 'colrrICC']) {
    const at = description.indexOf(name);
    if (at < 4) continue;
    const size = description.readUInt32BE(at - 4);
    if (size > 12 && at - 4 + size <= description.length) return description.subarray(at + 8, at - 4 + size);
  }
  return undefined;
}

/** Offset of the first chunk after the header of a PNG file, bytes. */
const afterHeader = 33;

function withProfile(png: Buffer, profile: Buffer | undefined): Uint8Array {
  if (profile === undefined) return png;
  const data = Buffer.concat([Buffer.from('iCCPicc\0\0', 'latin1'), deflateSync(profile)]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length - 4);
  check.writeUInt32BE(crc32(data));
  return Buffer.concat([png.subarray(0, afterHeader), length, data, check, png.subarray(afterHeader)]);
}
