/** JPEG 2000 codestreams, by OpenJPEG in WebAssembly: libvips, as sharp ships it, has no encoder for them. */
import createOpenJpeg, { type OpenJpeg } from '@cornerstonejs/codec-openjpeg/wasmjs';
import type { Image } from '../../images/image.js';

/** One instance for each thread, made at its first use. Its memory grows to the need of its largest image and stays. */
let instance: Promise<OpenJpeg> | undefined;
let messages: string[] = [];
function openJpeg(): Promise<OpenJpeg> {
  instance ??= createOpenJpeg({ print: (line) => messages.push(line) });
  return instance;
}

/**
 * Encodes lossily: irreversible 9-7 wavelet, multiple component transform, one tile, one layer, blocks of 64x64.
 * Takes up to 40 bytes of memory for each pixel, and keeps them.
 * @param ratio of the raw pixels to their description in the codestream, above 1. The main header (111 to 141 bytes) does not count, or small
 * images would lose more than large ones at the same ratio; nor can the rest be shorter than 30 bytes.
 * @throws Error when OpenJPEG fails, with its message.
 */
export async function encodeJpeg2000({ width, height, data }: Image, ratio: number): Promise<Uint8Array> {
  const { J2KEncoder } = await openJpeg();
  const encoder = new J2KEncoder();
  try {
    encoder.getDecodedBuffer({ width, height, bitsPerSample: 8, componentCount: 3, isSigned: false }).set(data);
    // The usual 5 levels, but the smallest image of the pyramid keeps 8 pixels: more levels only cost bytes.
    const decompositions = Math.max(0, Math.min(5, Math.floor(Math.log2(Math.min(width, height) / 8))));
    const header = 111 + 6 * decompositions;
    encoder.setDecompositions(decompositions);
    encoder.setQuality(false, 1);
    encoder.setCompressionRatio(0, data.length / (data.length / ratio + header));
    attempt('encode', () => encoder.encode());
    return encoder.getEncodedBuffer().slice();
  } finally {
    encoder.delete();
  }
}

/**
 * The pixels of a codestream of three components of 8 bits.
 * @throws Error when OpenJPEG cannot read it, with its message.
 */
export async function decodeJpeg2000(codestream: Uint8Array): Promise<Image> {
  const { J2KDecoder } = await openJpeg();
  const decoder = new J2KDecoder();
  try {
    decoder.getEncodedBuffer(codestream.length).set(codestream);
    attempt('decode', () => decoder.decode());
    const { width, height } = decoder.getFrameInfo();
    return { width, height, data: decoder.getDecodedBuffer().slice() };
  } finally {
    decoder.delete();
  }
}

/** Failures arrive as numbers (C++ exceptions) or only as a message. */
function attempt(what: string, run: () => void): void {
  messages = [];
  let failed = false;
  try {
    run();
  } catch {
    failed = true;
  }
  const reasons = messages.filter((message) => message.startsWith('[ERROR] ')).map((message) => message.slice(8));
  if (failed || reasons.length > 0) throw new Error(`OpenJPEG cannot ${what}: ${reasons.join('; ') || 'no reason given'}`);
}
