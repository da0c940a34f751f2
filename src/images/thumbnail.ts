/** A tiny picture of an image file: what two copies of one photograph have in common. */
import { openImage, readingError } from './decode-image.js';

/** Side of a thumbnail, pixels. */
export const thumbnailSide = 32;

/**
 * The luminance of an image file, reduced to 32x32 pixels whatever its shape, 0..255, rows from the top. JPEG files are reduced while they are decoded.
 * @throws UserError naming the file when it cannot be read.
 */
export async function readThumbnail(path: string): Promise<Uint8Array> {
  try {
    const { data, info } = await (await openImage(path))
      .resize(thumbnailSide, thumbnailSide, { fit: 'fill', kernel: 'linear' })
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 1) throw new Error(`${info.channels} channels`);
    return new Uint8Array(data);
  } catch (error) {
    throw await readingError(error, path);
  }
}
