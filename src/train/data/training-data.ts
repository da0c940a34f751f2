/** The source of a run's pairs, as training, exporting and their reports see it. */

import type { DatasetOrigin } from '../../datasets/dataset-file.js';
import type { ImageReference } from '../../datasets/image-reference.js';
import type { Dataset } from '../../datasets/open-dataset.js';
import type { PairSequence } from '../../pairs/pair-sequence.js';
import type { RunImages } from '../../runs/run-images.js';
import type { HeldOutPair, HeldOutShare, HeldOutWatch, Split } from './held-out.js';

export interface TrainingData {
  /** The source of the pristine images; recorded in exported models. */
  readonly dataset: DatasetOrigin & Pick<Dataset, 'name'> & { readonly images: number };
  /** `84 images to train on, 12 held out` */
  readonly summary: string;
  /** The images, where pairs are made on the fly. */
  readonly split?: Split;
  /** Number of held-out pairs. */
  readonly heldOutPairs: number;
  /**
   * The ids of held-out images that choose the checkpoint; the others are reported. Undefined: all do both.
   * @param ids of the images of all held-out pairs
   */
  choosingOf(ids: readonly string[]): readonly string[] | undefined;
  /** A digest of the images trained on and held out: a run resumes with the same only. */
  readonly fingerprint: string;
  /** Image files that cannot be used. */
  readonly skipped: Dataset['skipped'];
  /** Other files of the folder, and folders that were not read. */
  readonly leftOut: Dataset['leftOut'];
  /** Factor by which images are reduced: the option's, or the one that `auto` chose. */
  readonly downscale: number;
  /** The images by content and set, for `images.json`; absent where pairs are stored. */
  readonly record?: RunImages;
  /** Sources of the weights whose training images are not recorded: they may have trained on held-out ones. */
  readonly unknownBefore: readonly string[];
  /** Sentences on what was found other than it was when a run was started. */
  readonly remarks: readonly string[];
  /** Lines about the images that a person should read before training on them; looks at some of them, in less than a second. */
  advice(): Promise<readonly string[]>;
  /** Starts what makes or reads pairs. */
  open(): PairFeed;
}

/** Hands out pairs until it is closed. */
export interface PairFeed {
  /**
   * The pairs to train on.
   * @param onSkip called once for each image that cannot be used, with the reason.
   */
  training(onSkip?: (image: ImageReference, reason: string) => void): PairSequence;
  /**
   * The held-out pairs: always the same.
   * @param share of one of several processes; default: all pairs
   * @throws UserError when none can be used.
   */
  heldOut(watch?: HeldOutWatch, share?: HeldOutShare): Promise<HeldOutPair[]>;
  /** Gives up the pairs not yet handed out, which then fail. */
  close(): Promise<void>;
}
