/** Finds the factor of reduction at which the traces of compression, enlargement, blur and noise in a folder of images vanish. */
import type { ImageReference } from '../image-reference.js';
import { checkImages, sampleOf } from './check-images.js';

/** KADIS-700k's pristine images are reductions of larger ones too; beyond 4 little is left of a photograph from the web. */
const factors = [2, 3, 4] as const;
/** Images examined. */
const sampleSize = 24;
/** Some images are soft or grainy on purpose. */
const wantedShare = 0.9;

export interface Downscale {
  readonly factor: number;
  /** Share of the examined images without a flaw, or with none left, 0..1. Lack of texture does not count: reducing does not change it. */
  readonly clean: number;
}

/**
 * The least of the factors 1, 2, 3, 4 at which nine of ten images of a sample have no flaw left, or else the one with the most such images.
 * The same images give the same factor.
 * @param fits true when a reduced image is still large enough; factors at which fewer than nine of ten fit are left out.
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
    // Flaws that seem to appear do not count: fine patterns look like noise when they are reduced.
    const left = reduced.filter(({ findings }, index) => withFlaws[index]!.flaws.some((name) => findings.includes(name)));
    const clean = 1 - left.length / sample.length;
    if (clean > best.clean) best = { factor, clean };
  }
  return best;
}
