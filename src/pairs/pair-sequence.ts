/** Endless sequences of degraded pairs, and the one determined by a seed and a list of images: training sees it, `degrade` shows it. */

import type { ImageReference } from '../datasets/image-reference.js';
import type { CompositionOptions } from '../degrade/composition.js';
import { noneCan } from '../support/counted.js';
import { asSentence, UserError } from '../support/errors.js';
import { randomStream } from '../support/random.js';
import { type DegradedPair, type PairRequest, UnusableImageError } from './pair.js';
import type { PairPool } from './pair-pool.js';

/** An endless sequence of pairs: drawn on the fly (`drawPairs`), or read from shards (`storedSequence`). */
export interface PairSequence {
  /** Pair `index`, 0 and up; the same at any time and in any order of requests. */
  pair(index: number): Promise<DegradedPair>;
  /** Takes back the pixels of a pair that will not be read again. */
  release?(pixels: Uint8Array<ArrayBuffer>): void;
}

export interface DrawOptions extends CompositionOptions, Pick<PairRequest, 'levels' | 'crop'> {
  /** Not empty; ids are unique. */
  readonly images: readonly ImageReference[];
  readonly seed: number;
  /** Called once for each unusable image, with the reason. */
  readonly onSkip?: (image: ImageReference, reason: string) => void;
}

/**
 * Pair k shows the image at place k modulo n of epoch floor(k / n): every epoch visits all n images in an order of its own, and an
 * image has other crops and distortions in every epoch. Pair k depends only on k and the options, so that a resumed run
 * can continue anywhere.
 */
export function drawPairs(pool: Pick<PairPool, 'make' | 'release'>, options: DrawOptions): PairSequence {
  return new DrawnPairs(pool, options);
}

class DrawnPairs implements PairSequence {
  private readonly pool: Pick<PairPool, 'make' | 'release'>;
  private readonly options: DrawOptions;
  private readonly orders = new Map<number, readonly ImageReference[]>();
  /** Reasons by image id. */
  private readonly skipped = new Map<string, string>();

  constructor(pool: Pick<PairPool, 'make' | 'release'>, options: DrawOptions) {
    if (options.images.length === 0) throw new RangeError('a sequence of pairs needs at least one image');
    this.pool = pool;
    this.options = options;
  }

  /**
   * Pair `index`, 0 and up. A broken image is replaced by the next usable one of its epoch, with crops
   * and distortions other than those at its own place.
   * @throws UserError when no image can be used.
   */
  async pair(index: number): Promise<DegradedPair> {
    const { images, seed, onSkip, ...drawn } = this.options;
    const epoch = Math.floor(index / images.length);
    const order = this.order(epoch);
    const place = index % images.length;
    for (let step = 0; step < images.length; step++) {
      const image = order[(place + step) % images.length]!;
      if (this.skipped.has(image.id)) continue;
      const stream = [seed, 'pairs', image.id, epoch, ...(step === 0 ? [] : ['in place of', order[place]!.id])] as const;
      try {
        return await this.pool.make({ ...drawn, image, stream });
      } catch (error) {
        if (!(error instanceof UnusableImageError)) throw error;
        if (!this.skipped.has(image.id)) onSkip?.(image, error.message);
        this.skipped.set(image.id, error.message);
      }
    }
    const [reason] = this.skipped.values();
    throw new UserError(`${noneCan(images.length, 'image')} be used; for example: ${asSentence(reason!)}`);
  }

  release(pixels: Uint8Array<ArrayBuffer>): void {
    this.pool.release(pixels);
  }

  /** The images in the order of an epoch. Pairs are requested in (almost) ascending order, so two epochs are kept. */
  private order(epoch: number): readonly ImageReference[] {
    let order = this.orders.get(epoch);
    if (order === undefined) {
      order = randomStream(this.options.seed, 'epoch', epoch).shuffle(this.options.images);
      this.orders.set(epoch, order);
      for (const known of this.orders.keys()) if (this.orders.size > 2 && known !== epoch) this.orders.delete(known);
    }
    return order;
  }
}
