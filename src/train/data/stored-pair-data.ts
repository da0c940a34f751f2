/** Training data made before: pairs read from shards. */

import { originOf } from '../../datasets/dataset-file.js';
import { nothingLeftOut } from '../../datasets/left-out.js';
import { openStoredPairs, type StoredPairs, storedSequence } from '../../pairs/shards/stored-pairs.js';
import { alone } from '../../peers/peers.js';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import type { ImpliedOptions } from '../../support/options/option-table.js';
import { resultsAhead } from '../../support/results-ahead.js';
import { anyPairs } from '../options/data-options.js';
import { textOfDistortions } from '../options/distortion-names.js';
import type { TrainOptions } from '../options.js';
import { choosesOnHalf, choosingImages } from './choosing-images.js';
import { type HeldOutPair, type HeldOutShare, type HeldOutWatch, isOwnPair } from './held-out.js';
import type { TrainingData } from './training-data.js';

/** Held-out pairs read at a time. */
const readTogether = 8;

/** @throws UserError when the folder is not complete, or does not hold the pairs that the options name. */
export async function openStoredPairData(
  options: Pick<TrainOptions, 'weights' | 'pairs' | 'pairsSha256' | 'seed' | 'steps' | 'accumulate' | 'batchSize' | 'chooseOn' | 'opinion'>,
): Promise<TrainingData> {
  const pairs = await openStoredPairs(options.pairs);
  const { dataset, pairs: counts } = pairs.configuration;
  if (![anyPairs, pairs.sha256].includes(options.pairsSha256)) {
    throw new UserError(
      `The pairs in ${pairs.folder} are not those that the run was started with: they have --pairs-sha256 ${pairs.sha256}, not ${options.pairsSha256}.`,
    );
  }
  const visits = (options.steps * options.accumulate * options.batchSize) / counts.training;
  const often = visits > 1 ? `, each ${visits.toFixed(1)} times` : '';
  return {
    dataset: { name: dataset.name, images: dataset.images, ...originOf(dataset) },
    summary: `${counted(counts.training, 'pair')} to train on${often}, ${counts['held-out']} held out`,
    heldOutPairs: counts['held-out'],
    choosingOf: (ids) => (choosesOnHalf(options) ? (pairs.configuration.choosing ?? choosingImages(ids)) : undefined),
    fingerprint: pairs.sha256,
    // the photographs of stored pairs are not known by content
    unknownBefore: ['random', 'published', 'own'].includes(options.weights) ? [] : [options.weights],
    remarks: [],
    skipped: [],
    leftOut: nothingLeftOut,
    downscale: pairs.configuration.downscale,
    advice: async () => [],
    open() {
      const closing = new AbortController();
      return {
        training: () => storedSequence(pairs, options.seed),
        heldOut: (watch = {}, share = alone) => readHeldOut(pairs, watch, share, closing.signal),
        close: async () => closing.abort(),
      };
    },
  };
}

async function readHeldOut(pairs: StoredPairs, { onPair }: HeldOutWatch, share: HeldOutShare, stop: AbortSignal): Promise<HeldOutPair[]> {
  const count = pairs.configuration.pairs['held-out'];
  const indexes = Array.from({ length: count }, (_, index) => index).filter((index) => isOwnPair(index, share));
  const read: HeldOutPair[] = [];
  let done = 0;
  for await (const pair of resultsAhead(indexes, readTogether - 1, (index) => pairs.pair('held-out', index))) {
    stop.throwIfAborted();
    const index = indexes[done]!;
    // Each shows one distortion alone.
    if (pair !== undefined) read.push({ distortion: pair.record.composition.distortions[0]!.name, pair, index });
    onPair?.(++done, indexes.length);
  }
  if (read.length === 0 && share.size === 1)
    throw new UserError(`${pairs.folder} has no held-out pairs: none of their images could be used.`);
  return read;
}

/** The options that a folder of pairs brings with it. @throws UserError when it is not complete. */
export async function optionsOfPairs(folder: string): Promise<ImpliedOptions> {
  const { configuration, sha256 } = await openStoredPairs(folder);
  const { downscale, levels, crop, maxDistortions, severity = 'ordered', sampling = 'uniform', heldOut } = configuration;
  const kept = { downscale, levels, crop, maxDistortions, severity, sampling, heldOut };
  const { dataset, distortions, seed } = configuration;
  return {
    by: `the pairs in ${folder}`,
    fixed: { data: dataset.name, distortion: textOfDistortions(distortions), ...kept },
    // The same pairs may train several models.
    defaults: { seed, pairsSha256: sha256 },
  };
}
