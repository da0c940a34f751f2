/** Writes the degraded pairs of a training as WebDataset shards. */

import { join } from 'node:path';
import { originOf } from '../../datasets/dataset-file.js';
import { describeLeftOut } from '../../datasets/left-out.js';
import type { Dataset } from '../../datasets/open-dataset.js';
import { parseDistortionPool } from '../../degrade/composition.js';
import { kadid10k } from '../../degrade/kadid10k.js';
import { encodePair } from '../../pairs/encoded-pair.js';
import { UnusableImageError } from '../../pairs/pair.js';
import { PairPool } from '../../pairs/pair-pool.js';
import { drawPairs } from '../../pairs/pair-sequence.js';
import { indexName, type PairsConfiguration } from '../../pairs/shards/shard-index.js';
import { type PairSet, pairsPerShard } from '../../pairs/shards/shard-layout.js';
import { writeShards } from '../../pairs/shards/write-shards.js';
import { describeEnvironment } from '../../support/environment.js';
import { UserError } from '../../support/errors.js';
import { startProgress } from '../../support/progress.js';
import { fingerprintOf, heldOutRequests, type Split } from '../../train/data/held-out.js';
import { openTrainingImages } from '../../train/data/training-images.js';
import { trainOptions } from '../../train/options.js';
import { stopSignals } from '../stop-signals.js';
import type { DegradeFlags } from './degrade.js';

/** Large enough for object stores, small enough to be made again when a machine is lost. */
export const defaultShardMegabytes = 512;

/**
 * The first `count` pairs that `train` with the same options would see, and those that it would measure itself on; or a part of them.
 * @returns the exit code: 0, or 128 + signal after a stop.
 * @throws UserError when the data cannot be used, or the folder holds something else.
 */
export async function degradeShards(flags: DegradeFlags): Promise<number> {
  const { seed, levels, crop, maxDistortions, workers } = flags;
  const part = flags.shard ?? { number: 1, of: 1 };
  const given = flags.distortion && parseDistortionPool(flags.distortion);
  const { dataset, split } = await openTrainingImages({ ...flags, heldOut: flags.heldOut ?? trainOptions.heldOut.default });
  const heldOut = heldOutRequests(split.heldOut, given ?? kadid10k, { levels, crop, seed });
  const configuration = await configurationOf(flags, dataset, split, given ?? kadid10k, heldOut.length);
  const out = flags.out ?? `out/pairs-${dataset.name.replaceAll(/[^\w.-]/g, '-')}-seed${seed}`;

  const progress = startProgress(`Degrading pairs${part.of === 1 ? '' : `, part ${part.number} of ${part.of}`}`);
  const skipped = new Set<string>();
  const skip = (id: string, line: string): void => {
    if (!skipped.has(id)) progress.note(`skipped ${line}`);
    skipped.add(id);
  };
  for (const { id, path, reason } of dataset.skipped) skip(id, `${path}: ${reason}`);
  for (const line of describeLeftOut(dataset.leftOut)) progress.note(line);
  const references = new Map(dataset.images.map((image) => [image.id, image]));
  const pool = new PairPool({ workers });
  const options = { images: split.training, levels, crop, maxDistortions, ...(given && { distortions: given }), seed };
  const sequence = drawPairs(pool, { ...options, onSkip: ({ id }, reason) => skip(id, reason) });
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
      part,
      make,
      concurrency: workers * 2,
      skipped: () => skipped,
      stop: signals.stop,
      onProgress: (done, total) => progress.update(done, Math.max(1, total)),
    });
    const { shards } = index;
    const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
    progress.succeed(
      `${shards.length} shards, ${(bytes / 2 ** 20).toFixed(0)} MiB${kept > 0 ? ` (${kept} were there already)` : ''}; ` +
        (part.of === 1
          ? `train on them with: npm run train -- --pairs ${out}`
          : `with all ${part.of} parts in one folder, train on it with --pairs`),
    );
    const result = { out, index: join(out, indexName(part)), part, shards: shards.length, kept, bytes, ...configuration };
    process.stdout.write(flags.json ? `${JSON.stringify({ ...result, skipped: index.skipped, leftOut: dataset.leftOut })}\n` : `${out}\n`);
    return signals.exitCode();
  } catch (error) {
    if (!signals.stop.aborted || error !== signals.stop.reason) throw error;
    progress.stop();
    process.stderr.write('Stopped; shards that are whole are kept. The same command goes on.\n');
    return signals.exitCode();
  } finally {
    signals.ignore();
    progress.stop();
    await pool.close();
  }
}

async function configurationOf(
  { levels, crop, seed, count, maxDistortions, shardSize = defaultShardMegabytes, heldOut = trainOptions.heldOut.default }: DegradeFlags,
  { name, images, downscale, ...origin }: Dataset,
  split: Split,
  distortions: readonly string[],
  heldOutPairs: number,
): Promise<PairsConfiguration> {
  const perShard = pairsPerShard(shardSize * 2 ** 20, crop, levels);
  if (perShard === 0) {
    throw new UserError(
      `--shard-size ${shardSize} MiB is too small: one pair of ${levels} levels and crops of ${crop} pixels may take more`,
    );
  }
  return {
    dataset: {
      name,
      ...originOf(origin),
      images: images.length,
      sha256: fingerprintOf(split),
    },
    seed,
    levels,
    crop,
    downscale: downscale.factor,
    maxDistortions,
    distortions,
    heldOut,
    pairs: { training: count, 'held-out': heldOutPairs },
    pairsPerShard: perShard,
    version: (await describeEnvironment()).antonym,
  };
}
