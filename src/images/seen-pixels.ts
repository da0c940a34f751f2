/** Reduces stored bands to the three visible ones. */
import type { ExtraBands } from './choose-tiff-picture.js';

/**
 * Red, green and blue alone; transparent parts are laid over white.
 * @param data [pixels, channels], 8 bits; red, green and blue come first.
 */
export function seenPixels(data: Uint8Array | Uint8ClampedArray, channels: number, { opacity }: ExtraBands): Uint8Array {
  const pixels = data.length / channels;
  const seen = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * channels;
    const share = opacity === undefined ? 1 : data[from + 3 + opacity]! / 255;
    for (let color = 0; color < 3; color++) seen[pixel * 3 + color] = Math.round(255 + (data[from + color]! - 255) * share);
  }
  return seen;
}
