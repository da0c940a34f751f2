/** Held-out images: split from the training images by image, degraded by every distortion on its own, never trained on. */

import type { ImageReference } from '../../datasets/image-reference.js';
import type { DistortionName } from '../../degrade/distortions/table.js';
import type { SeverityTable } from '../../degrade/published-severities.js';
import { type DegradedPair, type PairRequest, UnusableImageError } from '../../pairs/pair.js';
import type { PairPool } from '../../pairs/pair-pool.js';
import { alone, type Peers } from '../../peers/peers.js';
import { noneCan } from '../../support/counted.js';
import { asSentence, UserError } from '../../support/errors.js';
import { randomStream } from '../../support/random.js';
import { sha256Of } from '../../support/sha256.js';

export interface Split {
  readonly training: readonly ImageReference[];
  readonly heldOut: readonly ImageReference[];
  /** Ids of the held-out images that choose the checkpoint, so that the others can be reported; absent: all do both. */
  readonly choosing?: readonly string[] | undefined;
}

/**
 * Splits images at random into training and held-out ones; the same for a given seed, list and groups.
 * @param count held-out images wanted; at most a third of the readable images are held out, unless near duplicates leave no other choice
 * @param groups images that may not be on different sides: near duplicates
 * @param known ids of images that the model has been trained on, which are not held out; of those that were held out then, which come first; and of
 *   unreadable ones, which are held out only if all are unreadable
 * @throws UserError when there are fewer than two images, all are one group, or all were trained on.
 */
export function splitImages(
  images: readonly ImageReference[],
  count: number,
  seed: number,
  groups: readonly (readonly ImageReference[])[] = [],
  known: {
    readonly training?: ReadonlySet<string>;
    readonly heldOut?: ReadonlySet<string>;
    readonly unreadable?: ReadonlySet<string>;
  } = {},
): Split {
  if (images.length < 2) throw new UserError('Training needs at least two images: one to train on and one to hold out.');
  const groupOf = new Map(groups.flatMap((group) => group.map(({ id }) => [id, group] as const)));
  // Every image with those that stay on its side.
  const units = new Set(
    randomStream(seed, 'split')
      .shuffle(images)
      .map((image) => groupOf.get(image.id) ?? [image]),
  );
  const heldOut: ImageReference[] = [];
  const has = (unit: readonly ImageReference[], ids: ReadonlySet<string>): boolean => unit.some(({ id }) => ids.has(id));
  const { training: trained = new Set(), heldOut: before = new Set(), unreadable = new Set() } = known;
  const seen = [...units].filter((unit) => has(unit, trained));
  const unseen = [...units].filter((unit) => !has(unit, trained));
  if (unseen.length === 0) {
    throw new UserError(
      `The model was trained on all ${images.length} images before, so that none is left to be measured on. ` +
        'Add photographs that it has not seen, or start from other weights.',
    );
  }
  const readable = unseen.filter((unit) => !has(unit, unreadable));
  const usable = images.filter(({ id }) => !unreadable.has(id)).length || images.length;
  const wanted = Math.max(1, Math.min(count, Math.floor(usable / 3)));
  const candidates = readable.length > 0 ? readable : unseen;
  const offered = new Set(candidates);
  const training = [...seen, ...unseen.filter((unit) => !offered.has(unit))].flat();
  const inOrder = [...candidates.filter((unit) => has(unit, before)), ...candidates.filter((unit) => !has(unit, before))];
  for (const unit of inOrder) (heldOut.length + unit.length <= wanted ? heldOut : training).push(...unit);
  if (heldOut.length === 0) {
    const smallest = candidates.reduce((least, unit) => (unit.length < least.length ? unit : least));
    if (smallest.length === images.length) {
      throw new UserError(`All ${images.length} images nearly repeat each other: training needs at least two different photographs.`);
    }
    return sorted({ heldOut: smallest, training: [...units].filter((unit) => unit !== smallest).flat() });
  }
  return sorted({ heldOut, training });
}

function sorted({ training, heldOut }: Split): Split {
  const byId = (a: ImageReference, b: ImageReference): number => (a.id < b.id ? -1 : 1);
  return { heldOut: [...heldOut].sort(byId), training: [...training].sort(byId) };
}

/** A digest of which images are trained on and which are held out, and of how they are reduced. */
export function fingerprintOf({ training, heldOut }: Split): string {
  const identities = [training, heldOut].map((images) => images.map(identityOf));
  return sha256Of(JSON.stringify(identities));
}

/** The id of a file, not its path: a folder may move. */
function identityOf(image: ImageReference): unknown {
  if (image.kind !== 'file') return image;
  return image.downscale === undefined ? image.id : { id: image.id, downscale: image.downscale };
}

export interface HeldOutPair {
  readonly distortion: string;
  /** Without pixels where another process holds them. */
  readonly pair: DegradedPair;
  /** The number among all that were asked for, where processes share them. */
  readonly index?: number;
}

/** The pairs that one of several processes makes: every `size`th, from number `rank` on. */
export type HeldOutShare = Pick<Peers, 'rank' | 'size'>;

/** True for a pair that this process makes. */
export function isOwnPair(index: number, { rank, size }: HeldOutShare): boolean {
  return index % size === rank;
}

/** Events while held-out pairs are made, for progress displays. */
export interface HeldOutWatch {
  readonly onPair?: (done: number, total: number) => void;
  /** An image cannot be used and is left out; called once for each. */
  readonly onSkip?: (image: string, reason: string) => void;
}

export interface HeldOutOptions {
  readonly levels: number;
  /** Side of the crops, pixels. */
  readonly crop: number;
  readonly seed: number;
  /** Default: `ordered`. */
  readonly severity?: SeverityTable;
}

/** Requests for the pairs of every held-out image under every distortion, image by image. */
export function heldOutRequests(
  images: readonly ImageReference[],
  distortions: readonly DistortionName[],
  { levels, crop, seed, severity = 'ordered' }: HeldOutOptions,
): (PairRequest & { readonly distortions: readonly [DistortionName] })[] {
  return images.flatMap((image) =>
    distortions.map((distortion) => {
      const stream = [seed, 'held-out', image.id, distortion] as const;
      return { image, levels, crop, maxDistortions: 1, distortions: [distortion] as const, severity, stream };
    }),
  );
}

/**
 * The degraded pairs of every held-out image under every distortion, or of them those of one process.
 * @throws UserError when none of the images can be used; where processes share them, only all together know.
 */
export async function makeHeldOutPairs(
  pool: Pick<PairPool, 'make'>,
  images: readonly ImageReference[],
  distortions: readonly DistortionName[],
  options: HeldOutOptions & { readonly share?: HeldOutShare } & HeldOutWatch,
): Promise<HeldOutPair[]> {
  const { onPair, onSkip, share = alone } = options;
  const all = heldOutRequests(images, distortions, options).map((request, index) => ({ request, index }));
  const wanted = all.filter(({ index }) => isOwnPair(index, share));
  const skipped = new Map<string, string>();
  let done = 0;
  const made = await Promise.all(
    wanted.map(async ({ request, index }) => {
      const { image } = request;
      try {
        return { distortion: request.distortions[0], pair: await pool.make(request), index };
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
  if (usable.length > 0 || share.size > 1) return usable;
  const [reason] = skipped.values();
  throw new UserError(`${noneCan(images.length, 'held-out image')} be used; for example: ${asSentence(reason!)}`);
}
