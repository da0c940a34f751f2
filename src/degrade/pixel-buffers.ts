/** Reuses buffers of pixels: allocating, zeroing and collecting one can take longer than changing its pixels. */

/** Free buffers of this thread, all of one length: a run degrades crops of one size. */
let spare: Uint8Array<ArrayBuffer>[] = [];
const mostSpare = 4;

/** Bytes of unknown content, in a buffer of their own. */
export function takePixels(length: number): Uint8Array<ArrayBuffer> {
  return (spare[0]?.length === length && spare.pop()) || new Uint8Array(length);
}

/** Returns pixels that will not be read again. */
export function releasePixels(pixels: Uint8Array): void {
  if (pixels.byteLength !== pixels.buffer.byteLength || !(pixels.buffer instanceof ArrayBuffer)) return;
  if (spare[0]?.length !== pixels.length) spare = [];
  if (spare.length < mostSpare) spare.push(pixels as Uint8Array<ArrayBuffer>);
}

/** The bytes returned by sharp, without a copy: they lie in a buffer of their own. */
export function pixelsOf({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
