/** The quality of a JPEG file, from its quantization table: the one trace of compression that needs no estimate. */
import { type FileHandle, open } from 'node:fs/promises';

/** Segments before the table are few (EXIF, color profile, previews: 64 KB each); a file with more is not read further. */
const mostSegments = 512;

/** Luminance table of ISO/IEC 10918-1, K.1, in zigzag order as files hold it. */
const standardTable = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51, 56, 55,
  64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];

/** 64 steps for each quality 1..100 of the Independent JPEG Group's encoder: the standard table times 50 / quality, above 50 times 2 - quality / 50. */
const tables = Array.from({ length: 100 }, (_, index) => {
  const quality = index + 1;
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return standardTable.map((step) => Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))));
});

/**
 * The quality 1..100 of the IJG encoder whose luminance table is nearest to the file's: exact for files of that encoder, comparable for others.
 * Reads headers only.
 * @returns undefined for a file that is not a JPEG or has no table.
 * @throws the system's error when the file cannot be read.
 */
export async function readJpegQuality(path: string): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    const table = await readLuminanceTable(file);
    if (table === undefined) return undefined;
    const distances = tables.map((known) => known.reduce((sum, step, place) => sum + Math.abs(step - table[place]!), 0));
    // The highest of equal ones: many tables end at 255 or 1.
    return distances.lastIndexOf(Math.min(...distances)) + 1;
  } finally {
    await file.close();
  }
}

/** The 64 steps of the table of the first component, which is table 0 in all files in use; in zigzag order. */
async function readLuminanceTable(file: FileHandle): Promise<number[] | undefined> {
  const read = async (position: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  };
  if ((await read(0, 2)).toString('hex') !== 'ffd8') return undefined;
  let position = 2;
  for (let segment = 0; segment < mostSegments; segment++) {
    const header = await read(position, 4);
    if (header.length < 4 || header[0] !== 0xff) return undefined;
    const length = header.readUInt16BE(2);
    const marker = header[1]!;
    // Start of scan: pixels follow.
    if (marker === 0xda || length < 2) return undefined;
    if (marker === 0xdb) {
      const table = firstTable(await read(position + 4, length - 2));
      if (table !== undefined) return table;
    }
    position += 2 + length;
  }
  return undefined;
}

/** Table 0 among those of one segment: each a byte of precision (0: 8, 1: 16 bits) and number, then 64 steps. */
function firstTable(segment: Buffer): number[] | undefined {
  for (let at = 0; at < segment.length; ) {
    const wide = segment[at]! >> 4 === 1;
    const size = wide ? 128 : 64;
    if (at + 1 + size > segment.length) return undefined;
    const steps = segment.subarray(at + 1, at + 1 + size);
    if ((segment[at]! & 15) === 0) return Array.from({ length: 64 }, (_, place) => (wide ? steps.readUInt16BE(place * 2) : steps[place]!));
    at += 1 + size;
  }
  return undefined;
}
