/** Tells which parts of a folder of shards are whole. */
import { join } from 'node:path';
import { messageOf, UserError } from '../../support/errors.js';
import { indexName, readIndexes, requireContent, requireWhole } from './shard-index.js';
import { planShards } from './shard-layout.js';

export interface ShardsStatus {
  readonly parts: number;
  readonly whole: number;
  /** Parts with an index but not all of its shards, by number. */
  readonly begun: readonly number[];
  /** Parts without an index. */
  readonly missing: readonly number[];
  readonly shards: number;
  readonly bytes: number;
  /** Sentences on shards that are missing or not as their index says. */
  readonly faults: readonly string[];
}

/**
 * Looks at the sizes of shards, and into them only where asked to: training verifies their content.
 * @param onVerified compares each shard with its SHA-256, and is told how many are
 * @throws UserError when there are none, or indexes are damaged or do not belong together.
 */
export async function statusOfShards(folder: string, onVerified?: (done: number, total: number) => void): Promise<ShardsStatus> {
  const indexes = await readIndexes(folder);
  const [first] = indexes;
  if (!first) throw new UserError(`There are no shards in ${folder}: it has no index.json.`);
  const { configuration, part } = first.index;
  const begun: number[] = [];
  const faults: string[] = [];
  const all = indexes.flatMap(({ index }) => index.shards);
  let verified = 0;
  for (const { index } of indexes) {
    const planned = planShards(configuration.pairs, configuration.pairsPerShard, index.part).length;
    const own: string[] = [];
    for (const { file, bytes, sha256 } of index.shards) {
      try {
        await requireWhole(join(folder, file), bytes, indexName(index.part));
        if (onVerified) await requireContent(join(folder, file), sha256, indexName(index.part));
      } catch (error) {
        own.push(messageOf(error));
      }
      onVerified?.(++verified, all.length);
    }
    faults.push(...own);
    if (own.length > 0 || index.shards.length < planned) begun.push(index.part.number);
  }
  const there = new Set(indexes.map(({ index }) => index.part.number));
  return {
    parts: part.of,
    whole: there.size - begun.length,
    begun,
    missing: Array.from({ length: part.of }, (_, index) => index + 1).filter((number) => !there.has(number)),
    shards: all.length,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    faults,
  };
}
