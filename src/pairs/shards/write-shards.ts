/** Writes shards of degraded pairs: tar files for the webdataset library. */

import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packTar, type TarMember } from '../../support/archives/tar-archive.js';
import { describeDifference } from '../../support/describe-difference.js';
import { UserError } from '../../support/errors.js';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import { fileError } from '../../support/files/file-errors.js';
import { makeFolder } from '../../support/files/make-folder.js';
import { patiently } from '../../support/files/passing-failures.js';
import { openStaging, type Staging, stagingPrefix } from '../../support/files/staging.js';
import { resultsAhead } from '../../support/results-ahead.js';
import type { EncodedPair } from '../encoded-pair.js';
import { PairExtents } from './pair-extents.js';
import {
  type IndexedShard,
  indexName,
  type PairsConfiguration,
  readIndexes,
  requireWhole,
  type ShardIndex,
  writeIndex,
} from './shard-index.js';
import { keyOf, type PairSet, type Part, type PlannedShard, planShards } from './shard-layout.js';

export interface WriteShardsOptions {
  readonly configuration: PairsConfiguration;
  readonly part: Part;
  /**
   * Makes one pair; called for several at a time.
   * @param prefix of its members' names.
   * @returns undefined to leave out a pair that cannot be made.
   */
  readonly make: (set: PairSet, index: number, prefix: string) => Promise<EncodedPair | undefined>;
  /** Pairs made at a time. */
  readonly concurrency: number;
  /** Ids of the images found unusable so far, in any order; called after every shard. */
  readonly skipped: () => Iterable<string>;
  /** Aborted to stop: the unfinished shard is abandoned. */
  readonly stop: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Makes a part of the shards of a configuration in `folder`, which is created when missing. Shards in the part's index are
 * kept, so that the same call resumes an interrupted one; the result does not depend on interruptions.
 * Several parts may be made in one folder at a time, the same part by one process.
 * @returns the part's index, and the number of shards kept.
 * @throws UserError when the folder holds other pairs, a finished shard was changed or lost, another process makes the part, or writing fails;
 * the signal's reason after a stop.
 */
export async function writeShards(folder: string, options: WriteShardsOptions): Promise<{ index: ShardIndex; kept: number }> {
  const name = indexName(options.part);
  let lock: Staging;
  try {
    await makeFolder(folder);
    lock = await openStaging(folder, name, `The part ${join(folder, name)}`);
  } catch (error) {
    throw fileError('write', folder, error);
  }
  try {
    return await writePart(folder, { ...options, configuration: await comparable(folder, options.configuration) });
  } finally {
    await lock.discard();
  }
}

/** Shards that an earlier version began do not know the contents of their images: they are finished without. */
async function comparable(folder: string, configuration: PairsConfiguration): Promise<PairsConfiguration> {
  const [first] = await readIndexes(folder);
  if (first === undefined || first.index.configuration.dataset.contents !== undefined) return configuration;
  const { contents: _, ...dataset } = configuration.dataset;
  return { ...configuration, dataset };
}

async function writePart(folder: string, options: WriteShardsOptions): Promise<{ index: ShardIndex; kept: number }> {
  const { configuration, part, stop } = options;
  const planned = planShards(configuration.pairs, configuration.pairsPerShard, part);
  const earlier = await openFolder(folder, options);
  const shards = [...(earlier?.shards ?? [])];
  const kept = shards.length;
  const total = planned.reduce((sum, { from, to }) => sum + to - from, 0);
  let done = shards.reduce((sum, { from, to }) => sum + to - from, 0);
  options.onProgress(done, total);
  const indexSoFar = (): ShardIndex => {
    const skipped = [...new Set([...(earlier?.skipped ?? []), ...options.skipped()])].sort();
    return { format: 'antonym-pairs-1', configuration, part, skipped, shards };
  };
  // Records the purpose of the folder from the start.
  await writeIndex(folder, indexSoFar());
  for (const shard of planned.slice(kept)) {
    const path = join(folder, shard.file);
    try {
      shards.push(await writeShard(path, shard, options, () => options.onProgress(++done, total)));
    } catch (error) {
      throw stop.aborted ? stop.reason : fileError('write', path, error);
    }
    await writeIndex(folder, indexSoFar());
  }
  return { index: indexSoFar(), kept };
}

/** The index of this part left by an earlier call. */
async function openFolder(folder: string, { configuration, part }: WriteShardsOptions): Promise<ShardIndex | undefined> {
  const indexes = await readIndexes(folder);
  for (const { path, index } of indexes) {
    const [earlier, wanted] = [index.configuration, configuration].map(({ dataset, ...others }) => ({ ...others, dataset }));
    // rendered images have other names where the seed is another
    const difference = describeDifference(earlier!, wanted!);
    const [, changed] = /^dataset\.(contents|sha256) /.exec(difference ?? '') ?? [];
    if (changed !== undefined) {
      const what = changed === 'contents' ? 'other images of the same names' : 'images of other names';
      throw new UserError(`${path} was begun with ${what}. Restore them, or choose another folder for these.`);
    }
    if (difference !== undefined) throw new UserError(`${path} describes other pairs: ${difference}. Choose another folder for these.`);
    if (index.part.of !== part.of) {
      throw new UserError(`${path} divides the work into ${index.part.of} parts, not ${part.of}. Keep to that, or choose another folder.`);
    }
  }
  const own = indexes.find(({ index }) => index.part.number === part.number)?.index;
  for (const { file, bytes } of own?.shards ?? []) await requireWhole(join(folder, file), bytes, indexName(part));
  try {
    const names = await patiently(() => readdir(folder));
    if (indexes.length === 0 && names.some((name) => !name.startsWith(stagingPrefix))) {
      throw new UserError(`${folder} already exists and is not empty: choose another folder or remove it.`);
    }
  } catch (error) {
    throw fileError('write', folder, error);
  }
  return own;
}

async function writeShard(
  path: string,
  { file, set, from, to }: PlannedShard,
  options: WriteShardsOptions,
  onPair: () => void,
): Promise<IndexedShard> {
  const hash = createHash('sha256');
  const places = new PairExtents();
  let bytes = 0;
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const chunk of packTar(membersOf(set, from, to, options, places, onPair))) {
      hash.update(chunk);
      places.pass(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  await writeFileAtomically(path, measured());
  return { file, set, from, to, bytes, sha256: hash.digest('hex'), pairs: places.extents };
}

/** The members of a pair's sample: its crops, then `<key>.json` with the rows of `manifest.jsonl` for them. */
async function* membersOf(
  set: PairSet,
  from: number,
  to: number,
  { make, concurrency, stop }: WriteShardsOptions,
  places: PairExtents,
  onPair: () => void,
): AsyncGenerator<TarMember> {
  const indexes = Array.from({ length: to - from }, (_, place) => from + place);
  const prefix = (index: number): string => `${keyOf(set, index)}.`;
  const pairs = resultsAhead(indexes, concurrency - 1, async (index) => ({ index, pair: await make(set, index, prefix(index)) }));
  for await (const { index, pair } of pairs) {
    stop.throwIfAborted();
    const members = pair && [
      ...pair.files.map(({ name, png }) => ({ name, data: png })),
      { name: `${prefix(index)}json`, data: Buffer.from(JSON.stringify(pair.rows)) },
    ];
    places.add(members?.map(({ data }) => data.byteLength));
    if (members) yield* members;
    onPair();
  }
}
