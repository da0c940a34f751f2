/** The full-size JPEG that cameras embed in their raw files, for those who ask for it: raw light itself is not developed here. */
import sharp from 'sharp';
import { UserError } from '../support/errors.js';
import { readCanonRaw } from './canon-raw.js';
import { type ImageContent, withContent } from './image-content.js';
import { recognizedLength, recognizeImage } from './recognize-image.js';
import { readTiffStructure } from './tiff-pictures.js';

/** Endings of camera raw files. */
export const rawExtensions: readonly string[] = [
  ...[
    '.dng',
    '.nef',
    '.nrw',
    '.cr2',
    '.cr3',
    '.arw',
    '.sr2',
    '.srf',
    '.srw',
    '.pef',
    '.orf',
    '.rw2',
    '.raf',
    '.3fr',
    '.fff',
    '.iiq',
    '.erf',
  ],
  ...['.kdc', '.dcr', '.mef', '.mos', '.rwl', '.gpr'],
];

/** A preview with a shorter side than this share of the photograph's is not full size. */
const fullSize = 0.75;

interface Stream {
  readonly start: number;
  readonly length: number;
}

interface Preview {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** As EXIF counts them, 1..8; absent where the JPEG does not say. */
  readonly orientation?: number | undefined;
}

/**
 * The largest JPEG in a camera raw file, turned as the raw file says where the JPEG does not.
 * @returns undefined for files that are no camera raw
 * @throws UserError with only the reason when the file has no preview of (almost) full size.
 */
export function rawPreview(path: string): Promise<Uint8Array | undefined> {
  return withContent(path, async (content) => {
    const recognized = recognizeImage(await content.read(0, recognizedLength));
    if (recognized.kind !== 'raw' && recognized.kind !== 'tiff') return undefined;
    const structure = await readTiffStructure(content);
    const is = recognized.kind === 'raw' ? recognized.is : structure?.raw;
    if (is === undefined) return undefined;
    const canon = await readCanonRaw(content);
    const ofTiff = structure?.pictures.flatMap(({ jpeg }) => jpeg ?? []) ?? [];
    const streams = [...ofTiff, ...(canon?.streams ?? []), ...(await fujifilmStream(content))];
    const largest = await largestOf(content, streams);
    if (largest === undefined) throw new UserError(`it is ${is}, without a JPEG preview: develop it into a JPEG, PNG or TIFF file`);
    const sides = canon?.sides ?? structure?.pictures.map(({ width, height }) => Math.min(width, height)) ?? [];
    if (Math.min(largest.width, largest.height) < fullSize * Math.max(0, ...sides)) {
      throw new UserError(
        `it is ${is}, whose largest preview has ${largest.width}x${largest.height} pixels only: develop it into a JPEG, PNG or TIFF file`,
      );
    }
    return largest.orientation === undefined ? turned(largest.bytes, structure?.orientation ?? canon?.orientation ?? 1) : largest.bytes;
  });
}

/** RAF: offset and length of the JPEG, big-endian, at 84. */
async function fujifilmStream(content: ImageContent): Promise<Stream[]> {
  const header = Buffer.from(await content.read(0, 92));
  if (header.length < 92 || header.toString('latin1', 0, 15) !== 'FUJIFILMCCD-RAW') return [];
  return [{ start: header.readUInt32BE(84), length: header.readUInt32BE(88) }];
}

/** Streams that are no JPEG, or lossless ones with the raw light, are none. */
async function largestOf(content: ImageContent, streams: readonly Stream[]): Promise<Preview | undefined> {
  let largest: Preview | undefined;
  for (const { start, length } of streams) {
    const bytes = await content.read(start, Math.min(length, content.length));
    if (bytes[0] !== 0xff || bytes[1] !== 0xd8) continue;
    const metadata = await sharp(bytes)
      .metadata()
      .catch(() => undefined);
    if (metadata === undefined || metadata.width * metadata.height <= (largest ? largest.width * largest.height : 0)) continue;
    largest = { bytes, width: metadata.width, height: metadata.height, orientation: metadata.orientation };
  }
  return largest;
}

/** The JPEG with an EXIF segment that says how it is turned. */
function turned(jpeg: Uint8Array, orientation: number): Uint8Array {
  if (orientation <= 1 || orientation > 8) return jpeg;
  const exif = Buffer.from('ffe10022457869660000' + '4d4d002a00000008' + '0001' + '0112000300000001' + '00000000' + '00000000', 'hex');
  // the value of the only entry, in its first two bytes
  exif.writeUInt16BE(orientation, 28);
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}
