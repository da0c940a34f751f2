/** A small folder of shards, made of rendered images in this thread. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadImage } from '#antonym/datasets/load-image.js';
import type { DistortionName } from '#antonym/degrade/distortions/table.js';
import { encodePair } from '#antonym/pairs/encoded-pair.js';
import { type DegradedPair, makePair } from '#antonym/pairs/pair.js';
import type { IndexedShard, PairsConfiguration, ShardIndex } from '#antonym/pairs/shards/shard-index.js';
import type { PairSet, Part } from '#antonym/pairs/shards/shard-layout.js';
import { writeShards } from '#antonym/pairs/shards/write-shards.js';
import { packTar, readTar, type TarMember } from '#antonym/support/archives/tar-archive.js';
import { parseSealed, sealJson } from '#antonym/support/sealed-json.js';
import { rendered } from '../folder-of-photographs.js';

const distortions: readonly DistortionName[] = ['darken', 'jpeg'];

export const configuration: PairsConfiguration = {
  dataset: { name: 'rendered', images: 4, sha256: 'of no matter' },
  seed: 5,
  levels: 2,
  crop: 32,
  downscale: 1,
  maxDistortions: 1,
  distortions,
  heldOut: 1,
  pairs: { training: 10, 'held-out': 3 },
  pairsPerShard: 4,
  version: '0',
};

/** The pair that lies in the shards at a place; the second held-out one could not be made. */
export async function pairAt(set: PairSet, index: number): Promise<DegradedPair | undefined> {
  if (set === 'held-out' && index === 1) return undefined;
  const stream = [configuration.seed, set, index] as const;
  return makePair({ image: rendered(index % 4), levels: 2, crop: 32, maxDistortions: 1, distortions, stream }, loadImage);
}

export async function writeSmallShards(folder: string, part: Part = { number: 1, of: 1 }, changed: Partial<PairsConfiguration> = {}) {
  return writeShards(folder, {
    configuration: { ...configuration, ...changed },
    part,
    make: async (set, index, prefix) => {
      const pair = await pairAt(set, index);
      return pair && encodePair(pair, { index, dataset: 'rendered', image: rendered(index % 4) }, prefix);
    },
    concurrency: 4,
    skipped: () => [],
    stop: new AbortController().signal,
    onProgress: () => {},
  });
}

/** Rewrites a shard with other members, and the index, as earlier versions wrote it, so that size and hash fit: the work of an attacker, or of another program. */
export async function forgeShard(folder: string, file: string, change: (members: TarMember[]) => TarMember[]): Promise<void> {
  async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
    yield* items;
  }
  const members: TarMember[] = [];
  for await (const member of readTar(each([await readFile(join(folder, file))]), 2 ** 20)) members.push(member);
  const chunks: Uint8Array[] = [];
  for await (const chunk of packTar(each(change(members)))) chunks.push(chunk);
  await forgeBytes(folder, file, Buffer.concat(chunks));
}

/** Rewrites a shard, and the index so that size and hash fit. */
export async function forgeBytes(folder: string, file: string, content: Buffer): Promise<void> {
  await writeFile(join(folder, file), content);
  await changeShards(folder, ({ pairs: _, ...shard }) =>
    shard.file === file ? { ...shard, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') } : shard,
  );
}

/** Rewrites what the index says of shards. */
export async function changeShards(folder: string, change: (shard: IndexedShard) => object): Promise<void> {
  const index = parseSealed(await readFile(join(folder, 'index.json'), 'utf8')) as ShardIndex;
  await writeFile(join(folder, 'index.json'), sealJson({ ...index, shards: index.shards.map(change) }));
}
