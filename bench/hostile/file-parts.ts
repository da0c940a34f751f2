/** The parts of an image file that a format puts after each other, so that fuzzers change what a file says and not only its bytes. */

import type { OtherKind } from './other-files.js';

export type HostileFormat = 'png' | 'jpg' | 'webp' | 'avif' | 'heic' | 'tif' | 'bmp';

/** A span of the file, and its fields of numbers: lengths, counts, sides. */
export interface FilePart {
  readonly start: number;
  readonly end: number;
  readonly fields: readonly NumberField[];
}

export interface NumberField {
  readonly at: number;
  readonly bytes: 1 | 2 | 4;
  readonly littleEndian: boolean;
}

const readers: Readonly<Record<HostileFormat | OtherKind, (file: Buffer) => FilePart[]>> = {
  png: pngChunks,
  jpg: jpegSegments,
  webp: riffChunks,
  avif: isoBoxes,
  heic: isoBoxes,
  tif: tiffEntries,
  bmp: bitmapFields,
  csv: textLines,
  json: textLines,
  xlsx: zipRecords,
  tar: tarBlocks,
  onnx: pieces,
};

/** In the order of the file; empty where it is too broken to have any. */
export function partsOfFile(format: HostileFormat | OtherKind, file: Buffer): FilePart[] {
  return readers[format](file);
}

/** Length, type, data, CRC (PNG specification, 5.3). */
function pngChunks(file: Buffer): FilePart[] {
  const parts: FilePart[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const end = Math.min(file.length, at + 12 + file.readUInt32BE(at));
    const type = file.toString('latin1', at + 4, at + 8);
    const isHeader = type === 'IHDR';
    const words = ['gAMA', 'cHRM'].includes(type) ? Math.min(8, Math.floor((end - at - 12) / 4)) : 0;
    const bytes = isHeader ? [16, 17, 18, 19, 20] : type === 'cICP' ? [8, 9, 10, 11] : [];
    const inside = [
      ...(isHeader ? [numbers(at + 8, 4), numbers(at + 12, 4)] : []),
      ...Array.from({ length: words }, (_, index) => numbers(at + 8 + 4 * index, 4)),
      ...bytes.map((offset) => numbers(at + offset, 1)),
    ];
    parts.push({ start: at, end, fields: [numbers(at, 4), ...inside] });
    at = end;
  }
  return parts;
}

/** Markers with lengths, and the data of each scan (ITU T.81, B.1.1). */
function jpegSegments(file: Buffer): FilePart[] {
  const parts: FilePart[] = [];
  let at = 2;
  while (at + 4 <= file.length && file[at] === 0xff) {
    const marker = file[at + 1]!;
    const end = Math.min(file.length, at + 2 + file.readUInt16BE(at + 2));
    const isFrame = marker >= 0xc0 && marker <= 0xc2;
    const inside = isFrame ? [numbers(at + 4, 1), numbers(at + 5, 2), numbers(at + 7, 2), numbers(at + 9, 1)] : [];
    parts.push({ start: at, end, fields: [numbers(at + 2, 2), ...inside] });
    at = end;
    if (marker !== 0xda) continue;
    const scan = at;
    at = afterScan(file, at);
    parts.push({ start: scan, end: at, fields: [] });
  }
  if (at < file.length) parts.push({ start: at, end: file.length, fields: [] });
  return parts;
}

/** The next marker that is neither a stuffed byte nor a restart. */
function afterScan(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0 && at + 1 < file.length; at = file.indexOf(0xff, at + 1)) {
    const code = file[at + 1]!;
    if (code !== 0 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at;
  }
  return file.length;
}

/** FourCC, length, data, padded to even (RIFF). */
function riffChunks(file: Buffer): FilePart[] {
  const parts: FilePart[] = [];
  for (let at = 12; at + 8 <= file.length; ) {
    const size = file.readUInt32LE(at + 4);
    const end = Math.min(file.length, at + 8 + size + (size % 2));
    const inside = Array.from({ length: Math.min(5, Math.floor((end - at - 8) / 2)) }, (_, index) => numbers(at + 8 + 2 * index, 2, true));
    parts.push({ start: at, end, fields: [numbers(at + 4, 4, true), ...inside] });
    at = end;
  }
  return parts;
}

/** Boxes, and those inside `meta` and its containers (ISO/IEC 14496-12). */
function isoBoxes(file: Buffer, from = 0, to = file.length): FilePart[] {
  const parts: FilePart[] = [];
  for (let at = from; at + 8 <= to; ) {
    const size = file.readUInt32BE(at);
    if (size < 8) break;
    const end = Math.min(to, at + size);
    const type = file.toString('latin1', at + 4, at + 8);
    const inside = ['ispe', 'iloc', 'iinf', 'pixi', 'pitm', 'ipma', 'colr', 'auxC', 'irot'].includes(type)
      ? Array.from({ length: Math.min(8, Math.floor((end - at - 8) / 4)) }, (_, index) => numbers(at + 8 + 4 * index, 4))
      : [];
    parts.push({ start: at, end, fields: [numbers(at, 4), ...inside] });
    const content = { meta: 12, iprp: 8, ipco: 8 }[type];
    if (content !== undefined) parts.push(...isoBoxes(file, at + content, end));
    at = end;
  }
  return parts;
}

/** The entries of the first directory: tag, type, count, value (TIFF 6.0, section 2, and BigTIFF); sharp writes them little-endian. */
function tiffEntries(file: Buffer): FilePart[] {
  if (file.length < 16) return [];
  const isBig = file.readUInt16LE(2) === 43;
  const start = isBig ? Number(file.readBigUInt64LE(8)) : file.readUInt32LE(4);
  const [countBytes, entryBytes, valueBytes] = isBig ? [8, 20, 8] : [2, 12, 4];
  if (start + countBytes > file.length) return [];
  const count = Math.min(4096, isBig ? Number(file.readBigUInt64LE(start)) : file.readUInt16LE(start));
  return Array.from({ length: count }, (_, index) => start + countBytes + entryBytes * index)
    .filter((at) => at + entryBytes <= file.length)
    .map((at) => ({
      start: at,
      end: at + entryBytes,
      fields: [numbers(at, 2, true), numbers(at + 2, 2, true), numbers(at + 4, 4, true), numbers(at + 4 + valueBytes, 4, true)],
    }));
}

/** The numbers of both headers, and the pixels (BITMAPFILEHEADER, BITMAPINFOHEADER). */
function bitmapFields(file: Buffer): FilePart[] {
  const at = [2, 10, 14, 18, 22, 30, 34, 46, 50, 70, 126, 130].filter((offset) => offset + 4 <= file.length);
  const fields = at.map((offset) => ({ start: offset, end: offset + 4, fields: [numbers(offset, 4, true)] }));
  const bits = { start: 26, end: 30, fields: [numbers(26, 2, true), numbers(28, 2, true)] };
  return [...fields, ...(file.length >= 54 ? [bits, { start: 54, end: file.length, fields: [] }] : [])];
}

/** Lines; cells and values are changed inside of them. */
function textLines(file: Buffer): FilePart[] {
  const parts: FilePart[] = [];
  for (let start = 0; start < file.length; ) {
    const found = file.indexOf(10, start);
    const end = found < 0 ? file.length : found + 1;
    parts.push({ start, end, fields: [] });
    start = end;
  }
  return parts;
}

/** Local members, entries of the directory and its end, with their sizes and places (APPNOTE.TXT, 4.3). */
function zipRecords(file: Buffer): FilePart[] {
  const starts: number[] = [];
  for (let at = file.indexOf('PK'); at >= 0; at = file.indexOf('PK', at + 2)) starts.push(at);
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? file.length;
    const fields = [8, 12, 16, 20, 24].filter((offset) => start + offset + 4 <= end).map((offset) => numbers(start + offset, 4, true));
    return { start, end, fields };
  });
}

/** Blocks of 512 bytes: names, sizes in octal digits, and contents (POSIX.1-1988, ustar). */
function tarBlocks(file: Buffer): FilePart[] {
  return Array.from({ length: Math.floor(file.length / 512) }, (_, index) => {
    const start = index * 512;
    return { start, end: start + 512, fields: [numbers(start + 124, 4), numbers(start + 148, 4), numbers(start + 156, 1)] };
  });
}

/** Pieces of messages whose lengths stand before them, as protobuf nests them: many at the beginning, where nodes are. */
function pieces(file: Buffer): FilePart[] {
  return Array.from({ length: 200 }, (_, index) => {
    const start = Math.min(file.length - 1, index * 97);
    return { start, end: Math.min(file.length, start + 97), fields: [numbers(start, 1), numbers(start + 1, 1), numbers(start + 2, 2)] };
  });
}

function numbers(at: number, bytes: NumberField['bytes'], littleEndian = false): NumberField {
  return { at, bytes, littleEndian };
}
