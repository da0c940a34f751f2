/** Loads the pixels of a pristine image from any origin. */
import { decodeImage } from '../images/decode-image.js';
import type { Image } from '../images/image.js';
import type { ImageReference } from './image-reference.js';
import { renderProcedural } from './procedural.js';

/**
 * Loads a file (see `decodeImage`) or renders an image.
 * @throws UserError naming the file and the reason. `openDataset` looks at headers only, so a truncated file fails here.
 */
export async function loadImage(reference: ImageReference): Promise<Image> {
  return reference.kind === 'file' ? decodeImage(reference.path, reference.downscale) : renderProcedural(reference);
}
