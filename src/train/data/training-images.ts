/** The images that a training with some options uses: reduced as it says, and split so that no copy of a held-out one is trained on. */
import type { ImageReference } from '../../datasets/image-reference.js';
import { minimumSideFor } from '../../pairs/crops.js';
import { findNearDuplicates, type OnRead } from '../../pairs/pristine/find-near-duplicates.js';
import { openPristine, type PristineDataset } from '../../pairs/pristine/open-pristine.js';
import type { TrainOptions } from '../options.js';
import { type Split, splitImages } from './held-out.js';

export interface TrainingImages {
  readonly dataset: PristineDataset;
  readonly split: Split;
  /** Groups of images that nearly repeat each other: each lies on one side of the split. */
  readonly nearDuplicates: readonly (readonly ImageReference[])[];
}

/**
 * Reads every image file; see `findNearDuplicates`.
 * @throws UserError when the data cannot be used.
 */
export async function openTrainingImages(
  options: Pick<TrainOptions, 'data' | 'crop' | 'seed' | 'heldOut' | 'downscale'>,
  onRead?: OnRead,
): Promise<TrainingImages> {
  const { data, crop, seed, heldOut, downscale } = options;
  const dataset = await openPristine(data, { minimumSide: minimumSideFor(crop), seed, downscale });
  const nearDuplicates = await findNearDuplicates(dataset.images, onRead);
  return { dataset, nearDuplicates, split: splitImages(dataset.images, heldOut, seed, nearDuplicates) };
}
