/**
 * Windows bitmaps, in which older collections of images are published and which sharp does not read. Written here because the
 * libraries that there are read fewer kinds, or trust the sizes that a file states. Format: Microsoft, "Bitmap Storage".
 */
import type { Image } from './image.js';

export interface BitmapHeader {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Rows begin at the top; otherwise at the bottom. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where pixels begin, bytes from the beginning of the file. */
  readonly pixels: number;
  /** Where colours of the palette begin, their number and bytes of each. */
  readonly palette: { readonly start: number; readonly count: number; readonly size: 3 | 4 };
  /** Bits of red, green, blue and alpha, where colours are not in a palette. */
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number];
}

/** Bytes that `parseBitmapHeader` looks at. */
export const bitmapHeaderLength = 70;

const compressions = { none: 0, runs8: 1, bitFields: 3, alphaBitFields: 6 };

/**
 * The header of a bitmap.
 * @param bytes the beginning of the file, `bitmapHeaderLength` bytes where it has as many.
 * @returns undefined when it is no bitmap.
 * @throws Error in a few words for a kind that is not read.
 */
export function parseBitmapHeader(bytes: Uint8Array): BitmapHeader | undefined {
  if (bytes[0] !== 0x42 || bytes[1] !== 0x4d) return undefined;
  const padded = new Uint8Array(bitmapHeaderLength);
  padded.set(bytes.subarray(0, bitmapHeaderLength));
  const view = new DataView(padded.buffer);
  const uint32 = (at: number): number => view.getUint32(at, true);
  const pixels = uint32(10);
  const length = uint32(14);
  if (length !== 12 && !(length >= 40 && length <= 124)) return undefined;
  const core = length === 12;
  const [width, height] = core ? [view.getUint16(18, true), view.getUint16(20, true)] : [view.getInt32(18, true), view.getInt32(22, true)];
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? compressions.none : uint32(30);
  if (width < 1 || height === 0) throw new Error(`a bitmap of ${width}x${height} pixels`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`a bitmap of ${bits} bits a pixel`);
  const hasMasks = compression === compressions.bitFields || compression === compressions.alphaBitFields;
  const isRuns = compression === compressions.runs8 && bits === 8 && height > 0;
  if (compression !== compressions.none && !isRuns && !(hasMasks && bits >= 16 && bits !== 24)) {
    throw new Error(`a bitmap of compression ${compression} with ${bits} bits a pixel: only uncompressed ones and runs of 8 bits are read`);
  }
  const hasAlpha = compression === compressions.alphaBitFields || (hasMasks && length >= 56);
  const start = 14 + length + (hasMasks && length === 40 ? (hasAlpha ? 16 : 12) : 0);
  const largest = bits <= 8 ? 2 ** bits : 0;
  const stated = core ? 0 : uint32(46);
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    compression,
    pixels,
    palette: { start, count: Math.min(largest, stated === 0 ? largest : stated), size: core ? 3 : 4 },
    masks: hasMasks
      ? [uint32(54), uint32(58), uint32(62), hasAlpha ? uint32(66) : 0]
      : bits === 16
        ? [0x7c00, 0x3e0, 0x1f, 0]
        : [0xff0000, 0xff00, 0xff, 0],
  };
}

/**
 * The pixels of a bitmap; transparent parts over white.
 * @param bytes the whole file; its header's size has been found acceptable.
 * @throws Error when pixels or colours are missing.
 */
export function decodeBitmap(bytes: Uint8Array, header: BitmapHeader): Image {
  const { width, height, bits, compression } = header;
  const data = new Uint8Array(width * height * 3);
  if (bits > 8) decodeColors(bytes, header, data);
  else decodeIndices(compression === compressions.runs8 ? expandRuns(bytes, header) : unpackIndices(bytes, header), bytes, header, data);
  return { width, height, data };
}

/** A row in the file becomes this row from the top. */
function placeOf(row: number, { height, topDown }: BitmapHeader): number {
  return topDown ? row : height - 1 - row;
}

/** Bytes of a row: a multiple of 4. */
function rowBytes({ width, bits }: BitmapHeader): number {
  return Math.ceil((width * bits) / 32) * 4;
}

function requirePixels(bytes: Uint8Array, header: BitmapHeader): void {
  const last = Math.ceil((header.width * header.bits) / 8);
  if (header.pixels + (header.height - 1) * rowBytes(header) + last > bytes.length) throw new Error('pixels are missing');
}

function decodeColors(bytes: Uint8Array, header: BitmapHeader, data: Uint8Array): void {
  requirePixels(bytes, header);
  const { width, height, bits, masks } = header;
  const size = bits / 8;
  const [red, green, blue, alpha] = masks.map(channelOf) as [Channel, Channel, Channel, Channel];
  for (let row = 0; row < height; row++) {
    let at = header.pixels + row * rowBytes(header);
    let to = placeOf(row, header) * width * 3;
    for (let x = 0; x < width; x++, at += size, to += 3) {
      let value = 0;
      for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + bytes[at + byte]!;
      const opacity = alpha.most === 0 ? 1 : level(value, alpha) / 255;
      data[to] = Math.round(255 + (level(value, red) - 255) * opacity);
      data[to + 1] = Math.round(255 + (level(value, green) - 255) * opacity);
      data[to + 2] = Math.round(255 + (level(value, blue) - 255) * opacity);
    }
  }
}

interface Channel {
  /** 2 to the number of bits below it. */
  readonly unit: number;
  /** The largest value, 2^n - 1; 0 where the channel does not exist. */
  readonly most: number;
}

function channelOf(mask: number): Channel {
  let unit = 1;
  while (mask > 0 && Math.floor(mask / unit) % 2 === 0) unit *= 2;
  const most = Math.floor(mask / unit);
  if (most > 0 && !Number.isInteger(Math.log2(most + 1))) throw new Error(`a mask of colours, ${mask.toString(16)}, has gaps`);
  return { unit, most };
}

/** 0..255 */
function level(value: number, { unit, most }: Channel): number {
  return most === 0 ? 0 : Math.round(((Math.floor(value / unit) % (most + 1)) * 255) / most);
}

function decodeIndices(indices: Uint8Array, bytes: Uint8Array, header: BitmapHeader, data: Uint8Array): void {
  const { start, count, size } = header.palette;
  if (start + count * size > bytes.length) throw new Error('colours are missing');
  const { width, height } = header;
  for (let row = 0; row < height; row++) {
    let to = placeOf(row, header) * width * 3;
    for (let x = 0; x < width; x++, to += 3) {
      const index = indices[row * width + x]!;
      if (index >= count) throw new Error(`colour ${index} of ${count} is used`);
      const at = start + index * size;
      data[to] = bytes[at + 2]!;
      data[to + 1] = bytes[at + 1]!;
      data[to + 2] = bytes[at]!;
    }
  }
}

/** The index of every pixel, rows in the order of the file. */
function unpackIndices(bytes: Uint8Array, header: BitmapHeader): Uint8Array {
  requirePixels(bytes, header);
  const { width, height, bits } = header;
  const indices = new Uint8Array(width * height);
  const perByte = 8 / bits;
  for (let row = 0; row < height; row++) {
    const from = header.pixels + row * rowBytes(header);
    for (let x = 0; x < width; x++) {
      const shift = 8 - bits * (1 + (x % perByte));
      indices[row * width + x] = (bytes[from + Math.floor(x / perByte)]! >> shift) & (2 ** bits - 1);
    }
  }
  return indices;
}

/** Pairs of a count and an index; after a count of 0: the end of a row (0) or of all (1), a jump (2), or indices as they are. */
function expandRuns(bytes: Uint8Array, { width, height, pixels }: BitmapHeader): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, pixels];
  const next = (): number => {
    if (at >= bytes.length) throw new Error('pixels are missing');
    return bytes[at++]!;
  };
  const put = (index: number): void => {
    if (x >= width || y >= height) throw new Error('there are more pixels than stated');
    indices[y * width + x++] = index;
  };
  for (;;) {
    const [count, value] = [next(), next()];
    if (count > 0) for (let repeated = 0; repeated < count; repeated++) put(value);
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) return indices;
    else if (value === 2) [x, y] = [x + next(), y + next()];
    else {
      for (let literal = 0; literal < value; literal++) put(next());
      if (value % 2 === 1) next();
    }
  }
}
