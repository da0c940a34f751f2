/** Pictures inside a page, every pixel unchanged. */
import sharp from 'sharp';
import type { Image } from '../images/image.js';

/** A `data:` address of lossless WebP. */
export async function imageUri({ data, width, height }: Image): Promise<string> {
  const webp = await sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ lossless: true, effort: 2 })
    .toBuffer();
  return `data:image/webp;base64,${webp.toString('base64')}`;
}
