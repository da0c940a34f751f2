/** Images at another size: photographs of different size are compared at one. */
import sharp from 'sharp';
import type { Image } from './image.js';

/** An image made of another size, pixels, with Lanczos' kernel of three lobes. */
export async function resizedImage({ width, height, data }: Image, to: Pick<Image, 'width' | 'height'>): Promise<Image> {
  const pixels = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(to.width, to.height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  return { width: to.width, height: to.height, data: new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength) };
}

/**
 * An image whose shorter side is larger than `side` reduced to that side; any other as it is.
 * @param side pixels, 1 or more
 */
export async function reducedImage(image: Image, side: number): Promise<Image> {
  const { width, height } = image;
  const shorter = Math.min(width, height);
  if (shorter <= side) return image;
  const reduced = (length: number): number => Math.round((length * side) / shorter);
  return resizedImage(image, { width: reduced(width), height: reduced(height) });
}
