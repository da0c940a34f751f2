/** Loads the pixels of a pristine image from any origin. */
import { decodeImage } from '../images/decode-image.js';
import type { Image } from '../images/image.js';
import type { ImageReference } from './image-reference.js';

/**
 * Loads a file (see `decodeImage`) or renders an image.
 * @throws UserError naming the file and the reason. `openDataset` looks at headers only, so a truncated file fails here.
 */
export async function loadImage(reference: ImageReference): Promise<Image> {
  if (reference.kind === 'file') return decodeImage(reference.path, reference.downscale);
  // most threads render nothing
  const { renderProcedural } = await import('./procedural.js');
  return renderProcedural(reference);
}
