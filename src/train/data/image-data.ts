/** Training data made on the fly: a data set's images, split into those to train on and those held out. */
import { createHash } from 'node:crypto';
import type { ImageReference } from '../../datasets/image-reference.js';
import { PairPool } from '../../pairs/pair-pool.js';
import { PairSequence } from '../../pairs/pair-sequence.js';
import type { OnRead } from '../../pairs/pristine/find-near-duplicates.js';
import { distortionsOf } from '../options/distortion-names.js';
import type { TrainOptions } from '../options.js';
import { dataAdvice } from './data-advice.js';
import { makeHeldOutPairs, type Split } from './held-out.js';
import type { TrainingData } from './training-data.js';
import { openTrainingImages } from './training-images.js';

/** @throws UserError when the data cannot be used. */
export async function openImageData(
  options: Pick<TrainOptions, 'data' | 'downscale' | 'crop' | 'seed' | 'heldOut' | 'levels' | 'maxDistortions' | 'distortion' | 'workers'>,
  onRead?: OnRead,
): Promise<TrainingData> {
  const { levels, crop, maxDistortions, seed, workers } = options;
  const distortions = distortionsOf(options);
  const opened = await openTrainingImages(options, onRead);
  const { split } = opened;
  const { images, skipped, downscale, ...dataset } = opened.dataset;
  const reduced = downscale.factor > 1 ? `, reduced by ${downscale.factor}` : '';
  return {
    dataset: { ...dataset, images: images.length },
    summary: `${split.training.length} images to train on, ${split.heldOut.length} held out${reduced}`,
    heldOutPairs: split.heldOut.length * distortions.length,
    fingerprint: fingerprintOf(split),
    skipped,
    downscale: downscale.factor,
    advice: () => dataAdvice(opened),
    open() {
      const pool = new PairPool({ workers });
      return {
        training: (onSkip) =>
          new PairSequence(pool, { images: split.training, levels, crop, maxDistortions, distortions, seed, ...(onSkip && { onSkip }) }),
        heldOut: (watch) => makeHeldOutPairs(pool, split.heldOut, distortions, { levels, crop, seed, ...watch }),
        close: () => pool.close(),
      };
    },
  };
}

/** A digest of which images are trained on and which are held out, and of how they are reduced. */
export function fingerprintOf({ training, heldOut }: Split): string {
  const identities = [training, heldOut].map((images) => images.map(identityOf));
  return createHash('sha256').update(JSON.stringify(identities)).digest('hex');
}

/** The id of a file, not its path: a folder may move. */
function identityOf(image: ImageReference): unknown {
  if (image.kind !== 'file') return image;
  return image.downscale === undefined ? image.id : { id: image.id, downscale: image.downscale };
}
