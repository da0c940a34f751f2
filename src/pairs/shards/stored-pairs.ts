/** A folder of shards that is complete and of one making: its pairs by their index, and the endless sequence of them that training sees. */

import { join } from 'node:path';
import { commandHint } from '../../support/command-hint.js';
import { UserError } from '../../support/errors.js';
import { randomStream } from '../../support/random.js';
import { sha256Of } from '../../support/sha256.js';
import type { DegradedPair } from '../pair.js';
import type { PairSequence } from '../pair-sequence.js';
import { indexName, type PairsConfiguration, readIndexes, requireWhole } from './shard-index.js';
import { type PairSet, planShards } from './shard-layout.js';
import { ShardReader } from './shard-reader.js';

export interface StoredPairs {
  readonly folder: string;
  readonly configuration: PairsConfiguration;
  /** A digest of the hashes of all indexes, and through them of every byte of the shards. */
  readonly sha256: string;
  /**
   * Pair `index` of a set, 0 to `configuration.pairs[set]` - 1.
   * @returns undefined for a held-out pair that could not be made.
   * @throws UserError when its shard is damaged.
   */
  pair(set: PairSet, index: number): Promise<DegradedPair | undefined>;
}

/**
 * Opens a folder of shards. Each is verified later, before its first pair is returned.
 * @throws UserError when a part, a shard or everything is missing, or parts do not belong together.
 */
export async function openStoredPairs(folder: string): Promise<StoredPairs> {
  const indexes = await readIndexes(folder);
  const [first] = indexes;
  if (first === undefined) {
    throw new UserError(
      `There are no shards in ${folder}: it has no index.json. Make them with ${commandHint(`degrade shards --out ${folder}`)}.`,
    );
  }
  const { configuration, part } = first.index;
  for (let number = 1; number <= part.of; number++) {
    const name = indexName({ number, of: part.of });
    const file = indexes.find(({ index }) => index.part.number === number);
    const again = commandHint(part.of === 1 ? 'degrade shards' : `degrade shards --shard ${number}/${part.of}`);
    if (file === undefined) {
      throw new UserError(`${folder} has no ${name}: part ${number} of ${part.of} is missing. Copy it there, or make it with ${again}.`);
    }
    const planned = planShards(configuration.pairs, configuration.pairsPerShard, file.index.part).length;
    const whole = file.index.shards.length;
    if (whole < planned) throw new UserError(`${file.path}: only ${whole} of ${planned} shards were made. Resume with the same ${again}.`);
    for (const { file: shard, bytes } of file.index.shards) await requireWhole(join(folder, shard), bytes, name);
  }
  const readersOf = (set: PairSet): { from: number; reader: ShardReader }[] =>
    indexes
      .flatMap(({ index }) => index.shards)
      .filter((shard) => shard.set === set)
      .map((shard) => ({ from: shard.from, reader: new ShardReader(folder, shard, configuration) }));
  const shards = { training: readersOf('training'), 'held-out': readersOf('held-out') };
  return {
    folder,
    configuration,
    sha256: sha256Of(JSON.stringify(indexes.map(({ sha256 }) => sha256))),
    async pair(set, index) {
      // Shards are ordered: the last that begins at or before the pair.
      const reader = shards[set].findLast(({ from }) => from <= index)!.reader;
      return reader.pair(index);
    },
  };
}

/**
 * The pairs to train on, without end. The first visit is in the order in which the pairs were made, so that it equals making them on
 * the fly; every further visit is in an order of its own, which follows from the seed.
 */
export function storedSequence(pairs: StoredPairs, seed: number): PairSequence {
  const count = pairs.configuration.pairs.training;
  let order: { readonly visit: number; readonly indexes: readonly number[] } | undefined;
  const place = (visit: number, at: number): number => {
    if (visit === 0) return at;
    if (order?.visit !== visit) {
      const ascending = Array.from({ length: count }, (_, index) => index);
      order = { visit, indexes: randomStream(seed, 'stored pairs', visit).shuffle(ascending) };
    }
    return order.indexes[at]!;
  };
  return {
    async pair(index) {
      const pair = await pairs.pair('training', place(Math.floor(index / count), index % count));
      if (pair === undefined) throw new Error(`pair ${index} is missing from its shard`);
      return pair;
    },
  };
}
