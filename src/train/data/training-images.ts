/** Training data made on the fly: a data set's images, split so that no copy of a held-out one is trained on, and the pairs made of them. */

import type { ImageReference } from '../../datasets/image-reference.js';
import { type Dataset, openDataset } from '../../datasets/open-dataset.js';
import { type OnRead, readContents } from '../../datasets/pristine/find-near-duplicates.js';
import { minimumSideFor } from '../../pairs/crops.js';
import { PairPool } from '../../pairs/pair-pool.js';
import { drawPairs } from '../../pairs/pair-sequence.js';
import type { RunImages } from '../../runs/run-images.js';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import { patternsOf } from '../options/data-options.js';
import { distortionsOf } from '../options/distortion-names.js';
import type { TrainOptions } from '../options.js';
import { choosesOnHalf, choosingImages } from './choosing-images.js';
import { type AdvisedImages, dataAdvice } from './data-advice.js';
import { type EarlierImages, noEarlierImages } from './earlier-images.js';
import { fingerprintOf, makeHeldOutPairs, type Split, splitImages } from './held-out.js';
import { findRecorded, placeHint } from './recorded-images.js';
import type { TrainingData } from './training-data.js';

/** The images of a training run; each group of near duplicates lies on one side of the split. */
export interface TrainingImages extends AdvisedImages {
  readonly split: Split;
  /** Sentences on what differs from when a run was started. */
  readonly remarks?: readonly string[];
  /** SHA-256 of their contents by id. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Facts about images before they are split. */
export interface KnownImages {
  /** The images of the run that is resumed. */
  readonly recorded?: RunImages | undefined;
  /** Those that the model has seen before; default: none. */
  readonly earlier?: EarlierImages | undefined;
}

/**
 * Reads every image file; see `readContents`.
 * @throws UserError when the data cannot be used.
 */
export async function openTrainingImages(
  options: Pick<TrainOptions, 'data' | 'crop' | 'seed' | 'heldOut' | 'downscale'> & {
    readonly exclude?: string | readonly string[] | undefined;
  },
  { onRead, earlier = noEarlierImages }: { readonly onRead?: OnRead | undefined } & Pick<KnownImages, 'earlier'> = {},
): Promise<TrainingImages> {
  const dataset = await openPristine(options);
  const { nearDuplicates, digests, unreadable } = await readContents(dataset.images, onRead);
  const idsOf = (contents: ReadonlySet<string>): Set<string> =>
    new Set([...digests].flatMap(([id, digest]) => (contents.has(digest) ? [id] : [])));
  const known = { training: idsOf(earlier.training), heldOut: idsOf(earlier.heldOut), unreadable };
  const split = splitImages(dataset.images, options.heldOut, options.seed, nearDuplicates, known);
  return { dataset, nearDuplicates, digests, split };
}

function openPristine({
  data,
  crop,
  seed,
  downscale,
  exclude,
}: Pick<TrainOptions, 'data' | 'crop' | 'seed' | 'downscale'> & {
  readonly exclude?: string | readonly string[] | undefined;
}): Promise<Dataset> {
  const patterns = patternsOf(exclude);
  return openDataset(data, { minimumSide: minimumSideFor(crop), seed, downscale, ...(patterns && { exclude: patterns }) });
}

type PairOptions = Pick<TrainOptions, 'crop' | 'seed' | 'levels' | 'maxDistortions' | 'distortion' | 'severity' | 'sampling' | 'workers'>;

/**
 * Opens training images, of which pairs are made by a pool of workers.
 * @throws UserError when the data cannot be used.
 */
export async function openImageData(
  options: PairOptions & Pick<TrainOptions, 'data' | 'exclude' | 'downscale' | 'heldOut' | 'chooseOn' | 'opinion'>,
  onRead?: OnRead,
  { recorded, earlier = noEarlierImages }: KnownImages = {},
): Promise<TrainingData> {
  const opened = recorded ? await findImagesOf(recorded, options, onRead) : await openTrainingImages(options, { onRead, earlier });
  const { digests } = opened;
  const split = recorded ? opened.split : { ...opened.split, choosing: choosesOnHalf(options) ? choosingAmong(opened) : undefined };
  const { images: _, skipped, leftOut, downscale, ...dataset } = opened.dataset;
  const reduced = downscale.factor > 1 ? `, reduced by ${downscale.factor}` : '';
  return {
    dataset: { ...dataset, images: split.training.length + split.heldOut.length },
    summary: `${counted(split.training.length, 'image')} to train on, ${split.heldOut.length} held out${partsInWords(split, options)}${reduced}`,
    record: recorded ?? recordOf(split, digests, earlier),
    unknownBefore: (recorded ?? earlier).unknown,
    remarks: opened.remarks ?? [],
    skipped,
    leftOut,
    downscale: downscale.factor,
    advice: () => dataAdvice(opened),
    ...pairsOf(split, options),
  };
}

/** The held-out images that choose the checkpoint, where half of them do. */
export function choosingAmong({ split, digests, nearDuplicates }: TrainingImages): readonly string[] | undefined {
  const ids = (images: readonly ImageReference[]): string[] => images.map(({ id }) => id);
  return choosingImages(ids(split.heldOut), { digests, groups: nearDuplicates.map(ids) });
}

function partsInWords({ heldOut, choosing }: Split, options: Pick<TrainOptions, 'chooseOn' | 'opinion'>): string {
  if (choosing) return ` (${choosing.length} to choose the checkpoint, ${heldOut.length - choosing.length} to report)`;
  return choosesOnHalf(options) ? ' (too few to halve: they choose the checkpoint and are reported)' : '';
}

/** The part of training data that follows from the split of the images. */
export function pairsOf(
  split: Split,
  options: PairOptions,
): Pick<TrainingData, 'split' | 'heldOutPairs' | 'choosingOf' | 'fingerprint' | 'open'> & { readonly split: Split } {
  const { levels, crop, maxDistortions, severity, sampling, seed, workers } = options;
  const distortions = distortionsOf(options);
  return {
    split,
    heldOutPairs: split.heldOut.length * distortions.length,
    choosingOf: () => split.choosing,
    fingerprint: fingerprintOf(split),
    open() {
      const pool = new PairPool({ workers });
      return {
        training: (onSkip) =>
          drawPairs(pool, {
            images: split.training,
            levels,
            crop,
            maxDistortions,
            distortions,
            severity,
            sampling,
            seed,
            ...(onSkip && { onSkip }),
          }),
        heldOut: (watch, share) =>
          makeHeldOutPairs(pool, split.heldOut, distortions, { levels, crop, seed, severity, ...watch, ...(share && { share }) }),
        close: () => pool.close(),
      };
    },
  };
}

/** The images of a run, wherever they are now. @throws UserError when one is missing or changed. */
async function findImagesOf(recorded: RunImages, options: Parameters<typeof openPristine>[0], onRead?: OnRead): Promise<TrainingImages> {
  const dataset = await openPristine(options).catch((error) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message} If the images of this run lie elsewhere now, say where: ${placeHint()}.`, { cause: error });
  });
  const { nearDuplicates, digests } = await readContents(dataset.images, onRead);
  const { split, others } = findRecorded(recorded.images, dataset.images, digests, dataset.name);
  const remarks =
    others > 0
      ? [
          `${others} of ${dataset.images.length} images ${others === 1 ? 'was added since the run was started: it is' : 'were added since the run was started: they are'} left out`,
        ]
      : [];
  return { dataset, nearDuplicates, digests, split, remarks };
}

function recordOf({ training, heldOut, choosing }: Split, digests: ReadonlyMap<string, string>, earlier: EarlierImages): RunImages {
  const chooses = new Set(choosing);
  const rows = (images: readonly ImageReference[], set: 'training' | 'held-out') =>
    images.map(({ id }) => ({
      id,
      ...(digests.has(id) && { sha256: digests.get(id)! }),
      set,
      ...(chooses.has(id) && { chooses: true as const }),
    }));
  return {
    images: [...rows(training, 'training'), ...rows(heldOut, 'held-out')],
    before: { training: [...earlier.training], heldOut: [...earlier.heldOut] },
    unknown: [...earlier.unknown],
  };
}
