/** Pairs read from shards, and the endless sequence of them that training sees. */
import { randomStream } from '../../support/random.js';
import type { PairSource } from '../batches.js';
import type { DegradedPair } from '../pair.js';
import type { IndexedShard } from './shard-index.js';
import type { PairSet } from './shard-layout.js';
import { ShardReader } from './shard-reader.js';
import type { StoredPairs } from './stored-pairs.js';

/** The pairs of one set by their index. */
export class PairReader {
  readonly count: number;
  readonly #shards: readonly { readonly shard: IndexedShard; readonly reader: ShardReader }[];

  constructor({ folder, configuration, shards }: StoredPairs, set: PairSet) {
    this.count = configuration.pairs[set];
    this.#shards = shards
      .filter((shard) => shard.set === set)
      .map((shard) => ({ shard, reader: new ShardReader(folder, shard, configuration) }));
  }

  /**
   * Pair `index`, 0 to `count` - 1.
   * @returns undefined for a held-out pair that could not be made.
   * @throws UserError when its shard is damaged.
   */
  async pair(index: number): Promise<DegradedPair | undefined> {
    // Shards are ordered: the last that begins at or before the pair.
    let [low, high] = [0, this.#shards.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#shards[middle]!.shard.from <= index) low = middle;
      else high = middle - 1;
    }
    return this.#shards[low]!.reader.pair(index);
  }
}

/**
 * The pairs to train on, without end. The first visit is in the order in which the pairs were made, so that it equals making them on
 * the fly; every further visit is in an order of its own, which follows from the seed.
 */
export class StoredPairSequence implements PairSource {
  readonly #reader: PairReader;
  readonly #seed: number;
  #order: { readonly visit: number; readonly indexes: readonly number[] } | undefined;

  constructor(pairs: StoredPairs, seed: number) {
    this.#reader = new PairReader(pairs, 'training');
    this.#seed = seed;
  }

  async pair(index: number): Promise<DegradedPair> {
    const { count } = this.#reader;
    const pair = await this.#reader.pair(this.#place(Math.floor(index / count), index % count));
    if (pair === undefined) throw new Error(`pair ${index} is missing from its shard`);
    return pair;
  }

  #place(visit: number, place: number): number {
    if (visit === 0) return place;
    if (this.#order?.visit !== visit) {
      const ascending = Array.from({ length: this.#reader.count }, (_, index) => index);
      this.#order = { visit, indexes: randomStream(this.#seed, 'stored pairs', visit).shuffle(ascending) };
    }
    return this.#order.indexes[place]!;
  }
}
