/** Looks for flaws of images that are claimed to be pristine. */
import pLimit from 'p-limit';
import { messageOf, UserError } from '../../support/errors.js';
import { PassingError } from '../../support/files/passing-failures.js';
import type { ImageReference } from '../image-reference.js';
import { loadImage } from '../load-image.js';
import { type FindingName, findingsIn } from './findings.js';
import { type ImageTraits, traitsOf } from './image-traits.js';
import { readJpegQuality } from './jpeg-quality.js';

export interface CheckedImage {
  readonly image: ImageReference;
  /** A string is the reason why it cannot be read. */
  readonly traits: ImageTraits | string;
  /** Empty for an unreadable image. */
  readonly findings: readonly FindingName[];
}

/** Images in memory: one is examined while the next is decoded. */
const atATime = 2;

/**
 * Measures images, in the order given: some 50 ms for each of a few megapixels.
 * @param onChecked receives the number of images examined so far.
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

/** Undefined for a reduced image: the rest of its compression shows in its pixels. */
async function jpegQualityOf(image: ImageReference): Promise<number | undefined> {
  return image.kind === 'file' && (image.downscale ?? 1) < 2 ? readJpegQuality(image.path) : undefined;
}

/** At most `count` of the images, evenly spread over the list. */
export function sampleOf<T>(images: readonly T[], count: number): T[] {
  const step = Math.max(1, images.length / count);
  return Array.from({ length: Math.min(count, images.length) }, (_, index) => images[Math.floor(index * step)]!);
}
