/** Encodes images as PNG, which keeps the exact value of every pixel. */
import sharp from 'sharp';
import type { Image } from './image.js';

/** The bytes of a PNG file, 8-bit RGB. */
export function encodePng({ width, height, data }: Image): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
