/** By how much a folder of images must be reduced for its traces of compression, enlargement, blur and noise to vanish. */
import type { ImageReference } from '../../datasets/image-reference.js';
import { type CheckedImage, checkImages, sampleOf } from './check-images.js';

/** KADIS-700k's pristine images were made by reducing larger ones too; beyond 4 little is left of a photograph from the web. */
const factors = [1, 2, 3, 4] as const;
/** Images looked at. */
const sampleSize = 24;
/** Some images are soft or grainy on purpose. */
const wantedShare = 0.9;

export interface Downscale {
  readonly factor: number;
  /** Share of the images looked at in which nothing is found at this factor, 0..1. Plain ones count: reducing does not change that. */
  readonly clean: number;
}

/**
 * The least of the factors 1, 2, 3, 4 at which nothing is found in nine of ten images of a sample, or else the one with the most such images.
 * The same images give the same factor.
 * @param fits whether an image of these sides, reduced, is still large enough: factors at which fewer than nine of ten are, are left out.
 */
export async function chooseDownscale(
  images: readonly ImageReference[],
  fits: (image: ImageReference, factor: number) => Promise<boolean>,
): Promise<Downscale> {
  const sample = sampleOf(images, sampleSize);
  let best: Downscale = { factor: 1, clean: -1 };
  for (const factor of factors) {
    const fitting = await Promise.all(sample.map((image) => fits(image, factor)));
    if (factor > 1 && fitting.filter(Boolean).length < wantedShare * sample.length) break;
    const checked = await checkImages(sample.map((image) => (image.kind === 'file' ? { ...image, downscale: factor } : image)));
    const clean = checked.filter(isClean).length / sample.length;
    if (clean > best.clean) best = { factor, clean };
    if (clean >= wantedShare) break;
  }
  return best;
}

function isClean({ traits, findings }: CheckedImage): boolean {
  return typeof traits !== 'string' && findings.every((finding) => finding === 'plain');
}
