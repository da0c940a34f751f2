/** Images at a smaller size: photographs of different size are compared at one. */
import sharp from 'sharp';
import type { Image } from './image.js';

/**
 * An image whose shorter side is larger than `side` reduced to that side, by Lanczos' kernel of three lobes; any other as it is.
 * @param side pixels, 1 or more
 */
export async function reducedImage(image: Image, side: number): Promise<Image> {
  const { width, height, data } = image;
  const shorter = Math.min(width, height);
  if (shorter <= side) return image;
  const reduced = (length: number): number => Math.round((length * side) / shorter);
  const pixels = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(reduced(width), reduced(height), { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  return { width: reduced(width), height: reduced(height), data: new Uint8Array(pixels) };
}
