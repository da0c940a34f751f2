/** Chunks of PNG files (PNG, third edition, 5.3): length, type, data, checksum. */
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type SharpOptions } from 'sharp';

export function typeOfChunk(chunk: Uint8Array): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset + 4, 4).toString('latin1');
}

/** The data of a chunk. */
export function dataOfChunk(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset + 8, Math.max(0, chunk.byteLength - 12));
}

/** A chunk iCCP with this profile. */
export function profileChunk(profile: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from('iCCPicc\0\0', 'latin1'), deflateSync(profile)]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Offset of the first chunk after the header, and of the bits of a sample in it, bytes. */
const afterHeader = 33;
export const depthInPng = 24;

/** A PNG file without a profile as one with this profile; as it is without one. */
export function withProfile(png: Buffer, profile: Uint8Array | undefined): Buffer {
  if (profile === undefined) return png;
  return Buffer.concat([png.subarray(0, afterHeader), profileChunk(profile), png.subarray(afterHeader)]);
}

/** Upright pixels, which say nothing of their colors, as an uncompressed PNG with this profile. @param options of sharp */
export async function asPng(
  input: string | Uint8Array,
  options: SharpOptions,
  space: 'srgb' | 'rgb16',
  profile: Uint8Array | undefined,
): Promise<Buffer> {
  return withProfile(await sharp(input, options).autoOrient().toColourspace(space).png({ compressionLevel: 0 }).toBuffer(), profile);
}
