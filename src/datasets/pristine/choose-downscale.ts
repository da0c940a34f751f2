/** By how much a folder of images must be reduced for its traces of compression, enlargement, blur and noise to vanish. */
import type { ImageReference } from '../image-reference.js';
import { checkImages, sampleOf } from './check-images.js';

/** KADIS-700k's pristine images were made by reducing larger ones too; beyond 4 little is left of a photograph from the web. */
const factors = [2, 3, 4] as const;
/** Images looked at. */
const sampleSize = 24;
/** Some images are soft or grainy on purpose. */
const wantedShare = 0.9;

export interface Downscale {
  readonly factor: number;
  /** Share of the images looked at that have no flaw, or none left of those that they had, 0..1. That they are plain counts for nothing: reducing does not change it. */
  readonly clean: number;
}

/**
 * The least of the factors 1, 2, 3, 4 at which nine of ten images of a sample have none of their flaws left, or else the one with the most such images.
 * The same images give the same factor.
 * @param fits whether an image, reduced, is still large enough: factors at which fewer than nine of ten are, are left out.
 */
export async function chooseDownscale(
  images: readonly ImageReference[],
  fits: (image: ImageReference, factor: number) => Promise<boolean>,
): Promise<Downscale> {
  const sample = sampleOf(images, sampleSize);
  const flawed = (await checkImages(sample)).map(({ image, findings }) => ({ image, flaws: findings.filter((name) => name !== 'plain') }));
  const withFlaws = flawed.filter(({ flaws }) => flaws.length > 0);
  let best: Downscale = { factor: 1, clean: 1 - withFlaws.length / sample.length };
  for (const factor of factors) {
    if (best.clean >= wantedShare) break;
    const fitting = await Promise.all(sample.map((image) => fits(image, factor)));
    if (fitting.filter(Boolean).length < wantedShare * sample.length) break;
    const reduced = await checkImages(withFlaws.map(({ image }) => (image.kind === 'file' ? { ...image, downscale: factor } : image)));
    // Other flaws that seem to appear are none: fine patterns look like noise once they are reduced.
    const left = reduced.filter(({ findings }, index) => withFlaws[index]!.flaws.some((name) => findings.includes(name)));
    const clean = 1 - left.length / sample.length;
    if (clean > best.clean) best = { factor, clean };
  }
  return best;
}
