/** A tiny version of an image file, equal enough for two copies of one photograph. */
import { decodeThrough } from './decode-image.js';

/** Side of a thumbnail, pixels. */
export const thumbnailSide = 32;

/**
 * The luminance of an image file, reduced to 32x32 pixels whatever its shape, 0..255, rows from the top. JPEG files are reduced while they are decoded.
 * @throws UserError naming the file when it cannot be read.
 */
export async function readThumbnail(path: string): Promise<Uint8Array> {
  const { data } = await decodeThrough(path, (pipeline) =>
    pipeline.resize(thumbnailSide, thumbnailSide, { fit: 'fill', kernel: 'linear' }).toColourspace('b-w'),
  );
  return new Uint8Array(data);
}
