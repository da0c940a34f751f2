/** Training data made on the fly: a data set's images, split so that no copy of a held-out one is trained on, and the pairs made of them. */
import { openDataset } from '../../datasets/open-dataset.js';
import { findNearDuplicates, type OnRead } from '../../datasets/pristine/find-near-duplicates.js';
import { minimumSideFor } from '../../pairs/crops.js';
import { PairPool } from '../../pairs/pair-pool.js';
import { drawPairs } from '../../pairs/pair-sequence.js';
import { distortionsOf } from '../options/distortion-names.js';
import type { TrainOptions } from '../options.js';
import { type AdvisedImages, dataAdvice } from './data-advice.js';
import { fingerprintOf, makeHeldOutPairs, type Split, splitImages } from './held-out.js';
import type { TrainingData } from './training-data.js';

/** The images of a training run; each group of near duplicates lies on one side of the split. */
export interface TrainingImages extends AdvisedImages {
  readonly split: Split;
}

/**
 * Reads every image file; see `findNearDuplicates`.
 * @throws UserError when the data cannot be used.
 */
export async function openTrainingImages(
  options: Pick<TrainOptions, 'data' | 'crop' | 'seed' | 'heldOut' | 'downscale'> & { readonly exclude?: readonly string[] | undefined },
  onRead?: OnRead,
): Promise<TrainingImages> {
  const { data, crop, seed, heldOut, downscale } = options;
  const dataset = await openDataset(data, {
    minimumSide: minimumSideFor(crop),
    seed,
    downscale,
    ...(options.exclude && { exclude: options.exclude }),
  });
  const nearDuplicates = await findNearDuplicates(dataset.images, onRead);
  return { dataset, nearDuplicates, split: splitImages(dataset.images, heldOut, seed, nearDuplicates) };
}

/**
 * Opens training images, of which pairs are made by a pool of workers.
 * @throws UserError when the data cannot be used.
 */
export async function openImageData(
  options: Pick<
    TrainOptions,
    'data' | 'downscale' | 'crop' | 'seed' | 'heldOut' | 'levels' | 'maxDistortions' | 'distortion' | 'severity' | 'workers'
  >,
  onRead?: OnRead,
): Promise<TrainingData> {
  const { levels, crop, maxDistortions, severity, seed, workers } = options;
  const distortions = distortionsOf(options);
  const opened = await openTrainingImages(options, onRead);
  const { split } = opened;
  const { images, skipped, leftOut, downscale, ...dataset } = opened.dataset;
  const reduced = downscale.factor > 1 ? `, reduced by ${downscale.factor}` : '';
  return {
    dataset: { ...dataset, images: images.length },
    summary: `${split.training.length} images to train on, ${split.heldOut.length} held out${reduced}`,
    heldOutPairs: split.heldOut.length * distortions.length,
    fingerprint: fingerprintOf(split),
    skipped,
    leftOut,
    downscale: downscale.factor,
    advice: () => dataAdvice(opened),
    open() {
      const pool = new PairPool({ workers });
      return {
        training: (onSkip) =>
          drawPairs(pool, { images: split.training, levels, crop, maxDistortions, distortions, severity, seed, ...(onSkip && { onSkip }) }),
        heldOut: (watch) => makeHeldOutPairs(pool, split.heldOut, distortions, { levels, crop, seed, severity, ...watch }),
        close: () => pool.close(),
      };
    },
  };
}
