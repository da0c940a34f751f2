/** Assigns pairs to shards by a few numbers alone, so that parts made on different machines fit together. */
import { tarArchiveBytes, tarMemberBytes } from '../../support/archives/tar-archive.js';

/** Pairs to train on, and pairs of held-out images to measure on; each set is numbered from 0. */
export const pairSets = ['training', 'held-out'] as const;
export type PairSet = (typeof pairSets)[number];

/** Files are named after their set and their place in it. */
const prefixes: Readonly<Record<PairSet, string>> = { training: 'pairs', 'held-out': 'held-out' };

export interface PlannedShard {
  readonly file: string;
  readonly set: PairSet;
  /** First pair of the set in it. */
  readonly from: number;
  /** One after the last. */
  readonly to: number;
}

/** The `number`th (from 1) of `of` parts of the work. */
export interface Part {
  readonly number: number;
  readonly of: number;
}

/**
 * The shards of one part, in order. Part i of n has the pairs from floor((i - 1) count / n) to before floor(i count / n) of each set,
 * at most `pairsPerShard` in a shard; shards are numbered through all parts of a set: `pairs-000000.tar`, `held-out-000000.tar`.
 * @param counts pairs in each set.
 */
export function planShards(counts: Readonly<Record<PairSet, number>>, pairsPerShard: number, part: Part): PlannedShard[] {
  return pairSets.flatMap((set) => {
    const start = (number: number): number => Number((BigInt(counts[set]) * BigInt(number - 1)) / BigInt(part.of));
    const shardsIn = (number: number): number => Math.ceil((start(number + 1) - start(number)) / pairsPerShard);
    let before = 0;
    for (let number = 1; number < part.number; number++) before += shardsIn(number);
    return Array.from({ length: shardsIn(part.number) }, (_, place) => ({
      file: `${prefixes[set]}-${sixDigits(before + place)}.tar`,
      set,
      from: start(part.number) + place * pairsPerShard,
      to: Math.min(start(part.number) + (place + 1) * pairsPerShard, start(part.number + 1)),
    }));
  });
}

/**
 * The key of a pair: the part of its members' names before the first dot, unique in all shards. The webdataset library makes one
 * sample of neighboring members of one key, and names their contents by the part after the dot.
 */
export function keyOf(set: PairSet, index: number): string {
  return set === 'training' ? sixDigits(index) : `${prefixes[set]}-${sixDigits(index)}`;
}

function sixDigits(number: number): string {
  return String(number).padStart(6, '0');
}

/** Limit of the JSON member for each crop, bytes: 1 KB is usual. */
const descriptionBytes = 2048;

/** The largest size of a crop's PNG, bytes: incompressible rows of 3 crop + 1 bytes, overhead of deflate and PNG, metadata. */
export function largestPngBytes(crop: number): number {
  return Math.ceil(crop * (3 * crop + 1) * 1.005) + 1024;
}

/** The number of pairs that fit into a shard of `bytes` whatever they show, possibly 0. */
export function pairsPerShard(bytes: number, crop: number, levels: number): number {
  const crops = (levels + 1) * 2;
  const pair = crops * tarMemberBytes(largestPngBytes(crop)) + tarMemberBytes(crops * descriptionBytes);
  return Math.max(0, Math.floor((bytes - tarArchiveBytes(0)) / pair));
}
