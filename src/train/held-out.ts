/** Held-out images: split from the training images by image, degraded by every distortion on its own, never trained on. */
import type { ImageReference } from '../datasets/image-reference.js';
import type { DistortionName } from '../degrade/distortions/table.js';
import type { DegradedPair, PairRequest } from '../pairs/pair.js';
import type { PairPool } from '../pairs/pair-pool.js';
import { UnusableImageError } from '../pairs/unusable-image-error.js';
import { UserError } from '../support/errors.js';
import { randomStream } from '../support/random.js';

export interface Split {
  readonly training: readonly ImageReference[];
  readonly heldOut: readonly ImageReference[];
}

/**
 * Splits images at random into training and held-out ones; the same for a given seed and list.
 * @param count held-out images wanted; at most a third of all images are held out
 * @throws UserError when there are fewer than two images.
 */
export function splitImages(images: readonly ImageReference[], count: number, seed: number): Split {
  if (images.length < 2) throw new UserError('Training needs at least two images: one to train on and one to hold out.');
  const shuffled = randomStream(seed, 'split').shuffle(images);
  const heldOut = Math.max(1, Math.min(count, Math.floor(images.length / 3)));
  const byId = (a: ImageReference, b: ImageReference): number => (a.id < b.id ? -1 : 1);
  return { heldOut: shuffled.slice(0, heldOut).sort(byId), training: shuffled.slice(heldOut).sort(byId) };
}

export interface HeldOutPair {
  readonly distortion: string;
  readonly pair: DegradedPair;
}

/** What happens while held-out pairs are made, for whoever watches. */
export interface HeldOutWatch {
  readonly onPair?: (done: number, total: number) => void;
  /** An image cannot be used and is left out; called once for each. */
  readonly onSkip?: (image: string, reason: string) => void;
}

/** Requests for the pairs of every held-out image under every distortion, image by image. */
export function heldOutRequests(
  images: readonly ImageReference[],
  distortions: readonly DistortionName[],
  { levels, crop, seed }: { readonly levels: number; readonly crop: number; readonly seed: number },
): (PairRequest & { readonly distortions: readonly [DistortionName] })[] {
  return images.flatMap((image) =>
    distortions.map((distortion) => {
      const stream = [seed, 'held-out', image.id, distortion] as const;
      return { image, levels, crop, maxDistortions: 1, distortions: [distortion] as const, stream };
    }),
  );
}

/**
 * The degraded pairs of every held-out image under every distortion.
 * @throws UserError when none of the images can be used.
 */
export async function makeHeldOutPairs(
  pool: Pick<PairPool, 'make'>,
  images: readonly ImageReference[],
  distortions: readonly DistortionName[],
  options: { readonly levels: number; readonly crop: number; readonly seed: number } & HeldOutWatch,
): Promise<HeldOutPair[]> {
  const { onPair, onSkip } = options;
  const wanted = heldOutRequests(images, distortions, options);
  const skipped = new Map<string, string>();
  let done = 0;
  const made = await Promise.all(
    wanted.map(async (request) => {
      const { image } = request;
      try {
        return { distortion: request.distortions[0], pair: await pool.make(request) };
      } catch (error) {
        if (!(error instanceof UnusableImageError)) throw error;
        if (!skipped.has(image.id)) onSkip?.(image.id, error.message);
        skipped.set(image.id, error.message);
        return undefined;
      } finally {
        onPair?.(++done, wanted.length);
      }
    }),
  );
  const usable = made.filter((item) => item !== undefined);
  if (usable.length > 0) return usable;
  const [reason] = skipped.values();
  throw new UserError(`none of the ${images.length} held-out images can be used; for example: ${reason}`);
}
