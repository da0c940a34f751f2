/** Writes the degraded pairs of a training as WebDataset shards. */

import { join } from 'node:path';
import { originOf } from '../../datasets/dataset-file.js';
import { describeLeftOut } from '../../datasets/left-out.js';
import { parseDistortionPool } from '../../degrade/composition.js';
import { kadid10k } from '../../degrade/kadid10k.js';
import { requireRankable } from '../../degrade/published-severities.js';
import { encodePair } from '../../pairs/encoded-pair.js';
import { UnusableImageError } from '../../pairs/pair.js';
import { PairPool } from '../../pairs/pair-pool.js';
import { drawPairs } from '../../pairs/pair-sequence.js';
import { indexName, type PairsConfiguration } from '../../pairs/shards/shard-index.js';
import { type PairSet, pairsPerShard } from '../../pairs/shards/shard-layout.js';
import { writeShards } from '../../pairs/shards/write-shards.js';
import { commandHint } from '../../support/command-hint.js';
import { counted } from '../../support/counted.js';
import { describeEnvironment } from '../../support/environment.js';
import { UserError } from '../../support/errors.js';
import { jsonLine } from '../../support/json-line.js';
import { part, text, wholeNumber } from '../../support/options/option-kinds.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import { pathLine } from '../../support/path-line.js';
import { startProgress } from '../../support/progress.js';
import { sha256Of } from '../../support/sha256.js';
import { fingerprintOf, heldOutRequests } from '../../train/data/held-out.js';
import { choosingAmong, openTrainingImages, type TrainingImages } from '../../train/data/training-images.js';
import { trainOptions } from '../../train/options.js';
import type { Command } from '../command.js';
import { jsonOption } from '../shared-options.js';
import { stopSignals } from '../stop-signals.js';
import { pairOptions } from './degrade-options.js';

const defaultShardMegabytes = 512;

/** Without the preset of a backbone: pairs may train any. */
const { preset: _, ...heldOutOption } = trainOptions.heldOut;

const options = {
  ...pairOptions,
  heldOut: { ...heldOutOption, reason: 'as in training' },
  shard: {
    kind: part(),
    placeholder: 'I/N',
    description: 'make only part I of N of the shards',
    details: 'N machines share the work. auto/N in an array of jobs: the number of the task.',
  },
  shardSize: {
    kind: wholeNumber({ min: 1, max: 65536 }),
    placeholder: 'MIB',
    description: 'largest size of a shard',
    default: defaultShardMegabytes,
    reason: 'large enough for object stores, small enough to be made again when a machine is lost',
  },
  out: { kind: text('a folder'), placeholder: 'FOLDER', description: 'where to write', withoutIt: 'out/pairs-DATA-seedN' },
  json: jsonOption,
} satisfies OptionTable;
type Options = OptionValues<typeof options>;

export const shardsCommand: Command = {
  name: 'degrade shards',
  description:
    'Writes the pairs that train with the same options would see, and those that it would measure itself on, as WebDataset shards; ' +
    'train --pairs reads them.',
  groups: { Options: options },
  run: (given) => degradeShards(resolveOptions(options, given).values),
};

/**
 * The first `count` pairs that `train` with the same options would see, and those that it would measure itself on; or a part of them.
 * @returns the exit code: 0, or 128 + signal after a stop.
 * @throws UserError when the data cannot be used, or the folder holds something else.
 */
async function degradeShards(flags: Options): Promise<number> {
  const { seed, levels, crop, maxDistortions, workers } = flags;
  const share = flags.shard ?? { number: 1, of: 1 };
  const given = flags.distortion && parseDistortionPool(flags.distortion);
  const { severity, sampling } = flags;
  requireRankable(given ?? kadid10k, severity, false);
  const images = await openTrainingImages(flags);
  const { dataset, split } = images;
  const heldOut = heldOutRequests(split.heldOut, given ?? kadid10k, { levels, crop, seed, severity });
  const configuration = await configurationOf(flags, images, given ?? kadid10k, heldOut.length);
  const out = flags.out ?? `out/pairs-${dataset.name.replaceAll(/[^\w.-]/g, '-')}-seed${seed}`;

  const progress = startProgress(`Degrading pairs${share.of === 1 ? '' : `, part ${share.number} of ${share.of}`}`);
  const skipped = new Set<string>();
  const skip = (id: string, line: string): void => {
    if (!skipped.has(id)) progress.note(`skipped ${line}`);
    skipped.add(id);
  };
  for (const { id, path, reason } of dataset.skipped) skip(id, `${path}: ${reason}`);
  for (const line of describeLeftOut(dataset.leftOut)) progress.note(line);
  const references = new Map(dataset.images.map((image) => [image.id, image]));
  const pool = new PairPool({ workers });
  const drawn = { images: split.training, levels, crop, maxDistortions, ...(given && { distortions: given }), severity, sampling, seed };
  const sequence = drawPairs(pool, { ...drawn, onSkip: ({ id }, reason) => skip(id, reason) });
  const make = async (set: PairSet, index: number, prefix: string) => {
    try {
      const pair = set === 'training' ? await sequence.pair(index) : await pool.make(heldOut[index]!);
      return await encodePair(pair, { index, dataset: dataset.name, image: references.get(pair.record.image)! }, prefix);
    } catch (error) {
      if (set === 'training' || !(error instanceof UnusableImageError)) throw error;
      skip(heldOut[index]!.image.id, error.message);
      return undefined;
    }
  };
  const signals = stopSignals();
  try {
    const { index, kept } = await writeShards(out, {
      configuration,
      part: share,
      make,
      concurrency: workers * 2,
      skipped: () => skipped,
      stop: signals.stop,
      onProgress: (done, total) => progress.update(done, Math.max(1, total)),
    });
    const { shards } = index;
    const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
    progress.succeed(
      `${counted(shards.length, 'shard')}, ${(bytes / 2 ** 20).toFixed(0)} MiB${kept > 0 ? ` (${kept} ${kept === 1 ? 'was' : 'were'} there already)` : ''}; ` +
        (share.of === 1
          ? `train on them with: ${commandHint(`train --pairs ${out}`)}`
          : `with all ${share.of} parts in one folder, train on it with --pairs`),
    );
    const result = { out, index: join(out, indexName(share)), part: share, shards: shards.length, kept, bytes, ...configuration };
    process.stdout.write(flags.json ? jsonLine({ ...result, skipped: index.skipped, leftOut: dataset.leftOut }) : pathLine(out));
    return signals.exitCode();
  } catch (error) {
    if (!signals.stop.aborted || error !== signals.stop.reason) throw error;
    progress.stop();
    process.stderr.write('Stopped; whole shards are kept. Repeat the command to resume.\n');
    return signals.exitCode();
  } finally {
    signals.ignore();
    progress.stop();
    await pool.close();
  }
}

async function configurationOf(
  { levels, crop, seed, count, maxDistortions, severity, sampling, shardSize, heldOut }: Options,
  opened: TrainingImages,
  distortions: readonly string[],
  heldOutPairs: number,
): Promise<PairsConfiguration> {
  const { name, images, downscale, ...origin } = opened.dataset;
  const { split, digests } = opened;
  const choosing = choosingAmong(opened);
  const perShard = pairsPerShard(shardSize * 2 ** 20, crop, levels);
  if (perShard === 0) {
    throw new UserError(
      `--shard-size ${shardSize} MiB is too small: one pair of ${levels} levels and crops of ${crop} pixels may take more.`,
    );
  }
  return {
    dataset: {
      name,
      ...originOf(origin),
      images: images.length,
      sha256: fingerprintOf(split),
      contents: sha256Of(JSON.stringify([...digests].sort())),
    },
    seed,
    levels,
    crop,
    downscale: downscale.factor,
    maxDistortions,
    ...(severity !== 'ordered' && { severity }),
    ...(sampling !== 'uniform' && { sampling }),
    distortions,
    heldOut,
    ...(choosing && { choosing }),
    pairs: { training: count, 'held-out': heldOutPairs },
    pairsPerShard: perShard,
    version: (await describeEnvironment()).antonym,
  };
}
