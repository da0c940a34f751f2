/** Looks for what is wrong with images that are claimed to be pristine. */
import pLimit from 'p-limit';
import { PassingError } from '../../images/image-content.js';
import { messageOf, UserError } from '../../support/errors.js';
import type { ImageReference } from '../image-reference.js';
import { loadImage } from '../load-image.js';
import { type FindingName, findingsIn } from './findings.js';
import { type ImageTraits, traitsOf } from './image-traits.js';
import { readJpegQuality } from './jpeg-quality.js';

export interface CheckedImage {
  readonly image: ImageReference;
  /** Or why it cannot be read. */
  readonly traits: ImageTraits | string;
  /** Empty for an image that cannot be read. */
  readonly findings: readonly FindingName[];
}

/** Decoded at a time: one that is looked at, one that is decoded meanwhile. */
const atATime = 2;

/**
 * Measures images, in the order given: some 50 ms for each of a few megapixels.
 * @param onChecked how many were looked at so far.
 */
export function checkImages(
  images: readonly ImageReference[],
  onChecked: (done: number, total: number) => void = () => {},
): Promise<CheckedImage[]> {
  let done = 0;
  return pLimit(atATime).map(images, async (image): Promise<CheckedImage> => {
    try {
      const traits = traitsOf(await loadImage(image), await jpegQualityOf(image));
      return { image, traits, findings: findingsIn(traits) };
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof PassingError) throw error;
      return { image, traits: messageOf(error), findings: [] };
    } finally {
      onChecked(++done, images.length);
    }
  });
}

/** Reducing an image leaves little of its compression: what is left shows in its pixels. */
async function jpegQualityOf(image: ImageReference): Promise<number | undefined> {
  return image.kind === 'file' && (image.downscale ?? 1) < 2 ? readJpegQuality(image.path) : undefined;
}

/** At most `count` of the images, evenly spread over the list. */
export function sampleOf<T>(images: readonly T[], count: number): T[] {
  const step = Math.max(1, images.length / count);
  return Array.from({ length: Math.min(count, images.length) }, (_, index) => images[Math.floor(index * step)]!);
}
