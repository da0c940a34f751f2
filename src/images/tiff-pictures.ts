/** The pictures in a TIFF file, which may be reduced, raw or have bands other than colors: decoders just show the first. */
import type { ImageContent } from './image-content.js';

/** The relevant part of one image file directory (TIFF 6.0, section 2). */
export interface TiffPicture {
  /** Its place for sharp: the number of a page, or of a sub-directory of the first page. */
  readonly place: { readonly page: number } | { readonly subifd: number };
  readonly width: number;
  readonly height: number;
  /** Bits of each sample. */
  readonly bits: readonly number[];
  /** 1 unsigned, 2 signed, 3 floating point, 4 undefined, 5 and 6 complex; of each sample, or of all. */
  readonly sampleFormats: readonly number[];
  readonly samples: number;
  readonly compression: number;
  readonly photometric?: number;
  /** Of inks: 1 CMYK, 2 others. */
  readonly inkSet?: number;
  /** 0 unspecified, 1 associated alpha, 2 unassociated alpha: of each sample beyond the colors. */
  readonly extraSamples: readonly number[];
  /** True for a reduced version of another picture in the file. */
  readonly reduced: boolean;
  /** Offset and length of a JPEG stream with this picture, bytes. */
  readonly jpeg?: { readonly start: number; readonly length: number };
}

export interface TiffStructure {
  /** The first pages, then the sub-directories of the first page; not empty. */
  readonly pictures: readonly TiffPicture[];
  /** The kind of camera raw, if it is one. */
  readonly raw?: string;
  /** Orientation of the first page, as EXIF counts them: 1 upright. */
  readonly orientation?: number;
  /** Number of channels, each on a page of its own, as microscopes save them (OME-TIFF, ImageJ); absent: 1. */
  readonly channels?: number;
}

const tags = {
  newSubfileType: 254,
  subfileType: 255,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  description: 270,
  make: 271,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  stripByteCounts: 279,
  subDirectories: 330,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  jpegStart: 513,
  jpegLength: 514,
  dngVersion: 50706,
};

/** Limit of pages: later ones are ignored. */
const mostPages = 8;
const mostSubDirectories = 16;
const mostEntries = 4096;
const mostValues = 64;
const longestDescription = 4096;

const typeSizes: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8 };

const photometricCfa = 32803;
const photometricLinearRaw = 34892;

/** @returns undefined when the structure cannot be followed: decoders say why. */
export async function readTiffStructure(content: ImageContent): Promise<TiffStructure | undefined> {
  const header = view(await content.read(0, 16));
  if (header.byteLength < 8) return undefined;
  const little = header.getUint8(0) === 0x49;
  const magic = header.getUint16(2, little);
  const file: TiffFile = { content, little, big: magic === 43 };
  if (file.big && header.byteLength < 16) return undefined;
  const visited = new Set<number>();
  const pictures: TiffPicture[] = [];
  const directories: Directory[] = [];
  const isCanon = header.byteLength > 10 && header.getUint8(8) === 0x43 && header.getUint8(9) === 0x52;
  let at = file.big ? Number(header.getBigUint64(8, little)) : header.getUint32(4, little);
  for (let page = 0; page < mostPages && at > 0 && !visited.has(at); page++) {
    visited.add(at);
    const directory = await readDirectory(file, at);
    if (directory === undefined) break;
    directories.push(directory);
    pictures.push(pictureOf(directory, { page }));
    at = directory.next;
  }
  const [first] = directories;
  if (first === undefined) return undefined;
  for (const [subifd, start] of (first.values.get(tags.subDirectories) ?? []).slice(0, mostSubDirectories).entries()) {
    if (visited.has(start)) continue;
    visited.add(start);
    const directory = await readDirectory(file, start);
    if (directory !== undefined) pictures.push(pictureOf(directory, { subifd }));
  }
  const raw = rawKind(first, pictures, isCanon, magic);
  const orientation = first.values.get(tags.orientation)?.[0];
  const channels = channelsOf(first);
  return {
    pictures,
    ...(raw !== undefined && { raw }),
    ...(orientation !== undefined && { orientation }),
    ...(channels !== undefined && { channels }),
  };
}

interface TiffFile {
  readonly content: ImageContent;
  readonly little: boolean;
  readonly big: boolean;
}

interface Directory {
  readonly values: ReadonlyMap<number, readonly number[]>;
  /** Offset of the next one; 0 at the end. */
  readonly next: number;
}

async function readDirectory({ content, little, big }: TiffFile, at: number): Promise<Directory | undefined> {
  const countSize = big ? 8 : 2;
  const entrySize = big ? 20 : 12;
  const valueSize = big ? 8 : 4;
  const start = view(await content.read(at, countSize));
  if (start.byteLength < countSize) return undefined;
  const count = big ? Number(start.getBigUint64(0, little)) : start.getUint16(0, little);
  if (count > mostEntries) return undefined;
  const table = view(await content.read(at + countSize, count * entrySize + valueSize));
  if (table.byteLength < count * entrySize) return undefined;
  const values = new Map<number, number[]>();
  const wanted = new Set<number>(Object.values(tags));
  for (let index = 0; index < count; index++) {
    const entry = index * entrySize;
    const tag = table.getUint16(entry, little);
    const type = table.getUint16(entry + 2, little);
    const size = typeSizes[type];
    if (!wanted.has(tag) || size === undefined || values.has(tag)) continue;
    const stated = big ? Number(table.getBigUint64(entry + 4, little)) : table.getUint32(entry + 4, little);
    const number = Math.min(stated, tag === tags.description ? longestDescription : mostValues);
    const valueAt = entry + (big ? 12 : 8);
    const inside = stated * size <= valueSize;
    const outer = big ? table.getBigUint64(valueAt, little) : table.getUint32(valueAt, little);
    const data = inside
      ? new DataView(table.buffer, table.byteOffset + valueAt, valueSize)
      : view(await content.read(Number(outer), number * size));
    if (data.byteLength < number * size) continue;
    values.set(
      tag,
      Array.from({ length: number }, (_, place) => readValue(data, place * size, size, little)),
    );
  }
  const hasNext = table.byteLength >= count * entrySize + valueSize;
  const next = !hasNext ? 0 : big ? Number(table.getBigUint64(count * entrySize, little)) : table.getUint32(count * entrySize, little);
  return { values, next };
}

function readValue(data: DataView, at: number, size: number, little: boolean): number {
  if (size === 1) return data.getUint8(at);
  if (size === 2) return data.getUint16(at, little);
  return size === 4 ? data.getUint32(at, little) : Number(data.getBigUint64(at, little));
}

function pictureOf({ values }: Directory, place: TiffPicture['place']): TiffPicture {
  const one = (tag: number): number | undefined => values.get(tag)?.[0];
  const compression = one(tags.compression) ?? 1;
  const photometric = one(tags.photometric);
  const inkSet = one(tags.inkSet);
  const start =
    one(tags.jpegStart) ?? (isJpeg(compression) && values.get(tags.stripOffsets)?.length === 1 ? one(tags.stripOffsets) : undefined);
  const length = one(tags.jpegLength) ?? one(tags.stripByteCounts);
  return {
    place,
    width: one(tags.width) ?? 0,
    height: one(tags.height) ?? 0,
    bits: values.get(tags.bits) ?? [1],
    sampleFormats: values.get(tags.sampleFormat) ?? [1],
    samples: one(tags.samples) ?? 1,
    compression,
    ...(photometric !== undefined && { photometric }),
    ...(inkSet !== undefined && { inkSet }),
    extraSamples: values.get(tags.extraSamples) ?? [],
    reduced: ((one(tags.newSubfileType) ?? 0) & 1) === 1 || one(tags.subfileType) === 2,
    ...(start !== undefined && length !== undefined && photometric !== photometricCfa && { jpeg: { start, length } }),
  };
}

/** The number of channels by the description: `SizeC` of OME-XML, `channels=` of ImageJ. */
function channelsOf({ values }: Directory): number | undefined {
  const description = Buffer.from(values.get(tags.description) ?? []).toString('latin1');
  const [, stated] = (description.startsWith('ImageJ=') ? /^channels=(\d+)/m : /<Pixels\b[^>]*\bSizeC="(\d+)"/).exec(description) ?? [];
  return stated === undefined ? undefined : Number(stated);
}

function isJpeg(compression: number): boolean {
  return compression === 6 || compression === 7;
}

/** Compressions written only by cameras: Nikon, Sony, packed, Samsung, Pentax, Kodak. */
const cameraCompressions = new Set([34713, 32767, 32769, 32770, 65535, 65000, 34892, 262]);

function rawKind({ values }: Directory, pictures: readonly TiffPicture[], isCanon: boolean, magic: number): string | undefined {
  if (values.has(tags.dngVersion)) return 'a camera raw file (DNG)';
  if (isCanon) return 'a camera raw file of Canon (CR2)';
  if (magic !== 42 && magic !== 43) return 'a camera raw file';
  const isRaw = pictures.some(
    ({ photometric, compression }) =>
      photometric === photometricCfa || photometric === photometricLinearRaw || cameraCompressions.has(compression),
  );
  return isRaw ? 'a camera raw file' : undefined;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
