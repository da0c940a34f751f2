/** Buffers of pixels that are used again: to allocate, to zero and to collect one can take longer than to change its pixels. */

/** Of one thread, all of one length: a run degrades crops of one size. */
let spare: Uint8Array<ArrayBuffer>[] = [];
const mostSpare = 4;

/** Bytes of unknown content, in a buffer of their own. */
export function takePixels(length: number): Uint8Array<ArrayBuffer> {
  return (spare[0]?.length === length && spare.pop()) || new Uint8Array(length);
}

/** Gives back pixels that nobody will read any more. */
export function releasePixels(pixels: Uint8Array): void {
  if (pixels.byteLength !== pixels.buffer.byteLength || !(pixels.buffer instanceof ArrayBuffer)) return;
  if (spare[0]?.length !== pixels.length) spare = [];
  if (spare.length < mostSpare) spare.push(pixels as Uint8Array<ArrayBuffer>);
}

/** The bytes that sharp returned, without a copy: they lie in a buffer of their own. */
export function pixelsOf({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
