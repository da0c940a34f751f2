/** Loads the pixels of a pristine image from any origin. */
import { decodeImage } from '../images/decode-image.js';
import type { Image } from '../images/image.js';
import { MissingFileError } from '../images/image-content.js';
import { PassingError, patiently } from '../support/files/passing-failures.js';
import type { ImageReference } from './image-reference.js';

/**
 * Loads a file (see `decodeImage`) or renders an image.
 * @throws UserError naming the file and the reason: `openDataset` looks at headers only, so a truncated file fails here. PassingError for a file that
 * was listed and is gone, and stays so for three seconds: no other takes its place.
 */
export async function loadImage(reference: ImageReference): Promise<Image> {
  if (reference.kind !== 'file') {
    // most threads render nothing
    const { renderProcedural } = await import('./procedural.js');
    return renderProcedural(reference);
  }
  try {
    return await patiently(() => decodeImage(reference.path, reference.downscale), isGone);
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new PassingError(`Cannot read image ${reference.path}: it was there when the images were listed, and is gone. Restore it.`, {
      cause: error,
    });
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof MissingFileError;
}
