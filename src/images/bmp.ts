/**
 * Windows bitmaps, the format of some older collections of images, which sharp does not read: uncompressed, 8 bits a pixel with a
 * palette, 24 or 32 bits. Format: Microsoft, "Bitmap Storage".
 */
import type { Image } from './image.js';

export interface BitmapHeader {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** True when rows begin at the top; otherwise they begin at the bottom. */
  readonly topDown: boolean;
  /** Bits of a pixel: 8, 24 or 32. */
  readonly bits: number;
  /** Offset of the pixels, bytes from the beginning of the file. */
  readonly pixels: number;
  /** Offset of the palette's colors, 4 bytes each, and their number: 0 without a palette. */
  readonly palette: { readonly start: number; readonly count: number };
  /** Offset and length of an embedded ICC profile, bytes; length 0 without one. */
  readonly profile: { readonly start: number; readonly length: number };
}

/** Bytes that `parseBitmapHeader` looks at. */
export const bitmapHeaderLength = 138;

/** Limit of a profile, bytes. */
const mostProfile = 2 ** 24;
const embeddedProfile = 0x4d424544;

/** Length of the header of OS/2; those of Windows have 40 to 124 bytes. */
const coreLength = 12;

/**
 * The header of a bitmap.
 * @param bytes the beginning of the file, `bitmapHeaderLength` bytes where it has as many.
 * @returns undefined when it is not a bitmap.
 * @throws Error in a few words for an unsupported kind.
 */
export function parseBitmapHeader(bytes: Uint8Array): BitmapHeader | undefined {
  if (bytes[0] !== 0x42 || bytes[1] !== 0x4d) return undefined;
  const padded = new Uint8Array(bitmapHeaderLength);
  padded.set(bytes.subarray(0, bitmapHeaderLength));
  const view = new DataView(padded.buffer);
  const length = view.getUint32(14, true);
  if (length === coreLength) throw new Error('a bitmap of OS/2: save it as one of Windows, or as PNG');
  if (!(length >= 40 && length <= 124)) return undefined;
  const [width, height] = [view.getInt32(18, true), view.getInt32(22, true)];
  const [bits, compression] = [view.getUint16(28, true), view.getUint32(30, true)];
  if (width < 1 || height === 0) throw new Error(`a bitmap of ${width}x${height} pixels`);
  if (compression !== 0 || ![8, 24, 32].includes(bits)) {
    const kind = `a bitmap of compression ${compression} with ${bits} bits a pixel`;
    throw new Error(`${kind}: only uncompressed ones of 8, 24 and 32 bits are read. Save it as PNG`);
  }
  const [largest, stated] = [bits === 8 ? 256 : 0, view.getUint32(46, true)];
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    pixels: view.getUint32(10, true),
    palette: { start: 14 + length, count: Math.min(largest, stated === 0 ? largest : stated) },
    // BITMAPV5HEADER; the end points and gammas of version 4 are ignored, as browsers do
    profile: {
      start: 14 + view.getUint32(126, true),
      length: length === 124 && view.getUint32(70, true) === embeddedProfile ? view.getUint32(130, true) : 0,
    },
  };
}

/** The color profile in a bitmap; undefined without one, and where it is damaged. */
export function bitmapProfile(bytes: Uint8Array, { profile: { start, length } }: BitmapHeader): Uint8Array | undefined {
  return length === 0 || length > mostProfile || start + length > bytes.length ? undefined : bytes.subarray(start, start + length);
}

/**
 * The pixels of a bitmap. The fourth byte of a pixel of 32 bits means nothing in uncompressed ones.
 * @param bytes the whole file; its header's size has been found acceptable.
 * @throws Error when pixels or colors are missing.
 */
export function decodeBitmap(bytes: Uint8Array, header: BitmapHeader): Image {
  const { width, height, topDown, bits, pixels, palette } = header;
  const size = bits / 8;
  const rowBytes = Math.ceil((width * size) / 4) * 4;
  if (pixels + (height - 1) * rowBytes + width * size > bytes.length) throw new Error('pixels are missing');
  if (palette.start + palette.count * 4 > bytes.length) throw new Error('colors are missing');
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    let from = pixels + row * rowBytes;
    let to = (topDown ? row : height - 1 - row) * width * 3;
    for (let x = 0; x < width; x++, from += size, to += 3) {
      // blue comes first
      const at = bits === 8 ? placeOfColor(bytes[from]!, palette) : from;
      data[to] = bytes[at + 2]!;
      data[to + 1] = bytes[at + 1]!;
      data[to + 2] = bytes[at]!;
    }
  }
  return { width, height, data };
}

function placeOfColor(index: number, { start, count }: BitmapHeader['palette']): number {
  if (index >= count) throw new Error(`color ${index} of ${count} is used`);
  return start + index * 4;
}
