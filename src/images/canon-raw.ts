/** Finds the JPEG in Canon's raw files of today (CR3): an ISO media file (ISO/IEC 14496-12) in which every picture is a track. */
import type { ImageContent } from './image-content.js';
import { readTiffStructure } from './tiff-pictures.js';

export interface CanonRaw {
  /** Places of JPEG files, and of raw light. */
  readonly streams: readonly { readonly start: number; readonly length: number }[];
  /** Shorter side of every picture, pixels. */
  readonly sides: readonly number[];
  /** As EXIF counts them: 1 upright. */
  readonly orientation?: number | undefined;
}

interface Box {
  readonly type: string;
  /** The place of what it holds, after its header. */
  readonly start: number;
  readonly end: number;
}

/** Boxes that are looked at, of all levels: cameras write fewer than a hundred. */
const mostBoxes = 1000;
/** Canon's box with the notes of the camera, in `moov`. */
const canonNotes = '85c0b687820f11e08111f4ce462b6a48';
/** Canon's box with a reduced JPEG. */
const canonPreview = 'eaf42b5e1c984b88b9fbb7dc406e4d16';
/** Bytes before that JPEG: a version, then the picture's size. */
const [beforePreview, beforeJpeg] = [8, 16];
/** In a sample entry of pictures (ISO/IEC 14496-12, 12.1.3), bytes before the width; the height follows it. */
const beforeWidth = 24;

/** @returns undefined for files that are no CR3. */
export async function readCanonRaw(content: ImageContent): Promise<CanonRaw | undefined> {
  if ((await text(content, 4, 8)) !== 'ftypcrx ') return undefined;
  const reader = new BoxReader(content);
  const streams: { start: number; length: number }[] = [];
  const sides: number[] = [];
  let orientation: number | undefined;
  const top = await reader.children({ start: 0, end: content.length });
  for (const { type, start, end } of top) {
    if (type !== 'uuid' || (await hex(content, start, 16)) !== canonPreview) continue;
    const [preview] = await reader.find({ start: start + 16 + beforePreview, end }, 'PRVW');
    if (preview && preview.start + beforeJpeg < preview.end)
      streams.push({ start: preview.start + beforeJpeg, length: preview.end - preview.start - beforeJpeg });
  }
  const movie = top.find(({ type }) => type === 'moov');
  for (const box of movie ? await reader.children(movie) : []) {
    if (box.type === 'uuid' && (await hex(content, box.start, 16)) === canonNotes) {
      const [notes] = await reader.find({ start: box.start + 16, end: box.end }, 'CMT1');
      if (notes) orientation = (await readTiffStructure(within(content, notes)).catch(() => undefined))?.orientation;
    }
    if (box.type !== 'trak') continue;
    const [table] = await reader.find(box, 'mdia', 'minf', 'stbl');
    if (table === undefined) continue;
    const [entries] = await reader.find(table, 'stsd');
    // version and flags, then the number of entries
    const [picture] = entries ? await reader.children({ start: entries.start + 8, end: entries.end }) : [];
    if (picture?.type === 'CRAW') {
      const size = await bytes(content, picture.start + beforeWidth, 4);
      if (size.length === 4) sides.push(Math.min(size.readUInt16BE(0), size.readUInt16BE(2)));
    }
    const stream = await firstSample(content, reader, table);
    if (stream) streams.push(stream);
  }
  return { streams, sides, orientation };
}

/** Place of the first sample of a track: tables of sizes (`stsz`) and of chunks (`co64`, `stco`). */
async function firstSample(content: ImageContent, reader: BoxReader, table: Box): Promise<{ start: number; length: number } | undefined> {
  const [sizes] = await reader.find(table, 'stsz');
  const [chunks] = [...(await reader.find(table, 'co64')), ...(await reader.find(table, 'stco'))];
  if (sizes === undefined || chunks === undefined) return undefined;
  const size = await bytes(content, sizes.start, Math.min(16, sizes.end - sizes.start));
  const place = await bytes(content, chunks.start, Math.min(16, chunks.end - chunks.start));
  const wide = chunks.type === 'co64';
  if (size.length < 12 || place.length < (wide ? 16 : 12) || place.readUInt32BE(4) === 0) return undefined;
  // a size for all, or 0 and a table
  const length = size.readUInt32BE(4) || (size.length === 16 ? size.readUInt32BE(12) : 0);
  const start = wide ? Number(place.readBigUInt64BE(8)) : place.readUInt32BE(8);
  return length > 0 && start + length <= content.length ? { start, length } : undefined;
}

/** Reads the headers of boxes; a file that claims too many of them, or boxes beyond their parent, has none from there on. */
class BoxReader {
  #seen = 0;

  constructor(readonly content: ImageContent) {}

  async children({ start, end }: Pick<Box, 'start' | 'end'>): Promise<Box[]> {
    const boxes: Box[] = [];
    for (let at = start; at + 8 <= end && this.#seen < mostBoxes; ) {
      this.#seen++;
      const header = await bytes(this.content, at, 16);
      if (header.length < 8) break;
      const short = header.readUInt32BE(0);
      const isLong = short === 1 && header.length === 16;
      // 0: to the end of the file
      const size = isLong ? Number(header.readBigUInt64BE(8)) : short === 0 ? end - at : short;
      const own = isLong ? 16 : 8;
      if (size < own || at + size > end) break;
      boxes.push({ type: header.toString('latin1', 4, 8), start: at + own, end: at + size });
      at += size;
    }
    return boxes;
  }

  /** The boxes at the end of a path of types. */
  async find(from: Pick<Box, 'start' | 'end'>, ...path: readonly string[]): Promise<Box[]> {
    const [type, ...rest] = path;
    const found = (await this.children(from)).filter((box) => box.type === type);
    if (rest.length === 0) return found;
    const deeper = await Promise.all(found.map((box) => this.find(box, ...rest)));
    return deeper.flat();
  }
}

async function bytes(content: ImageContent, start: number, length: number): Promise<Buffer> {
  return Buffer.from(await content.read(start, length));
}

async function text(content: ImageContent, start: number, length: number): Promise<string> {
  return (await bytes(content, start, length)).toString('latin1');
}

async function hex(content: ImageContent, start: number, length: number): Promise<string> {
  return (await bytes(content, start, length)).toString('hex');
}

/** A file that lies in another one. */
function within(content: ImageContent, { start, end }: Box): ImageContent {
  const read = (from: number, length: number): Promise<Uint8Array> =>
    content.read(start + from, Math.max(0, Math.min(length, end - start - from)));
  return { length: end - start, read, all: () => read(0, end - start) };
}
