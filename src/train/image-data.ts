/** Training data made on the fly: a data set's images, split into those to train on and those held out. */
import { createHash } from 'node:crypto';
import { openDataset } from '../datasets/open-dataset.js';
import { defaultDistortionNames } from '../degrade/distortions/table.js';
import { minimumSideFor } from '../pairs/crops.js';
import { PairPool } from '../pairs/pair-pool.js';
import { PairSequence } from '../pairs/pair-sequence.js';
import { makeHeldOutPairs, type Split, splitImages } from './held-out.js';
import type { TrainOptions } from './options.js';
import type { TrainingData } from './training-data.js';

/** @throws UserError when the data cannot be used. */
export async function openImageData(
  options: Pick<TrainOptions, 'data' | 'crop' | 'seed' | 'heldOut' | 'levels' | 'maxDistortions' | 'workers'>,
): Promise<TrainingData> {
  const { levels, crop, maxDistortions, seed, workers } = options;
  const { images, skipped, ...dataset } = await openDataset(options.data, { minimumSide: minimumSideFor(crop), seed });
  const split = splitImages(images, options.heldOut, seed);
  return {
    dataset: { ...dataset, images: images.length },
    summary: `${split.training.length} images to train on, ${split.heldOut.length} held out`,
    fingerprint: fingerprintOf(split),
    skipped,
    open() {
      const pool = new PairPool({ workers });
      return {
        training: (onSkip) =>
          new PairSequence(pool, { images: split.training, levels, crop, maxDistortions, seed, ...(onSkip && { onSkip }) }),
        heldOut: (watch) => makeHeldOutPairs(pool, split.heldOut, defaultDistortionNames, { levels, crop, seed, ...watch }),
        close: () => pool.close(),
      };
    },
  };
}

/** A digest of which images are trained on and which are held out. */
export function fingerprintOf({ training, heldOut }: Split): string {
  // The id of a file, not its path: a folder may move.
  const identities = [training, heldOut].map((images) => images.map((image) => (image.kind === 'file' ? image.id : image)));
  return createHash('sha256').update(JSON.stringify(identities)).digest('hex');
}
