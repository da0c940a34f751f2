/**
 * The index of a folder of shards: the configuration of its pairs, the size and hash of every shard and of every pair in it; one file for
 * each part.
 */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { counted } from '../../support/counted.js';
import { describeDifference } from '../../support/describe-difference.js';
import { asSentence, systemCodeOf, UserError } from '../../support/errors.js';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import { digestOfFile } from '../../support/files/file-digest.js';
import { fileError } from '../../support/files/file-errors.js';
import { ofFile, patiently } from '../../support/files/passing-failures.js';
import { readRegularText } from '../../support/files/regular-file.js';
import { parseSealed, sealJson } from '../../support/sealed-json.js';
import { sha256Of } from '../../support/sha256.js';
import { areExtents, extentSchema } from './pair-extents.js';
import { type Part, type PlannedShard, pairSets, planShards } from './shard-layout.js';

const count = z.int().min(0).max(1e12);

const configurationSchema = z.strictObject({
  dataset: z.strictObject({
    name: z.string(),
    licence: z.string().optional(),
    homepage: z.string().optional(),
    citation: z.string().optional(),
    /** Usable images. */
    images: count,
    /** Hash of the ids of the images to train on and to hold out: equal on every machine with the same images. */
    sha256: z.string(),
    /** Hash of the ids and contents of these images; absent: written by a version that did not look at them. */
    contents: z.string().optional(),
  }),
  seed: z.int().min(0),
  levels: z.int().min(2).max(20),
  /** Side, pixels. */
  crop: z.int().min(32).max(1024),
  /** Factor of reduction of the images. */
  downscale: z.number().min(1),
  maxDistortions: z.int().min(1),
  /** Severity tables; absent: `ordered`. */
  severity: z.literal('kadid').optional(),
  /** How distortions were drawn; absent: `uniform`. */
  sampling: z.literal('weighted').optional(),
  /** The pool that compositions are drawn from. */
  distortions: z.array(z.string()).min(1).readonly(),
  /** Requested held-out images. */
  heldOut: z.int().min(1),
  /**
   * Ids of the held-out images that choose a checkpoint, where others are reported; absent: there are too few, or an earlier version made
   * them.
   */
  choosing: z.array(z.string()).readonly().optional(),
  /** Pairs in each set, of all parts together. */
  pairs: z.strictObject({ training: count, 'held-out': count }),
  pairsPerShard: z.int().min(1),
  /** Version of the program that made them. */
  version: z.string(),
});

const indexSchema = z.strictObject({
  format: z.literal('antonym-pairs-1'),
  configuration: configurationSchema,
  part: z.strictObject({ number: z.int().min(1), of: z.int().min(1).max(1e6) }),
  /** Ids of unusable images, without the reasons: the messages of decoders vary. */
  skipped: z.array(z.string()).readonly(),
  /** Finished shards, in the order of the plan. */
  shards: z
    .array(
      z.strictObject({
        file: z.string(),
        set: z.enum(pairSets),
        from: count,
        to: count,
        bytes: count,
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        /** Extent of every pair, null for one that could not be made; absent: written by a version that did not say. */
        pairs: z.array(extentSchema.nullable()).readonly().optional(),
      }),
    )
    .readonly(),
});

/** The configuration of the pairs of a folder. Equal configurations give equal pairs. */
export type PairsConfiguration = z.infer<typeof configurationSchema>;
export type ShardIndex = z.infer<typeof indexSchema>;
export type IndexedShard = ShardIndex['shards'][number];

/** `index.json`, or `index-2-of-4.json`. */
export function indexName({ number, of }: Part): string {
  return of === 1 ? 'index.json' : `index-${number}-of-${of}.json`;
}

const indexNames = /^index(-[1-9]\d*-of-[1-9]\d*)?\.json$/;
/** Larger indexes are refused: they would describe hundreds of terabytes. */
const largestIndex = 2 ** 28;

/** Replaces the index of a part. @throws UserError when it cannot be written. */
export async function writeIndex(folder: string, index: ShardIndex): Promise<void> {
  const path = join(folder, indexName(index.part));
  try {
    await writeFileAtomically(path, sealJson(indexSchema.parse(index), 1));
  } catch (error) {
    throw fileError('write', path, error);
  }
}

export interface IndexFile {
  readonly path: string;
  readonly sha256: string;
  readonly index: ShardIndex;
}

/**
 * The indexes of a folder, in the order of their parts; none when the folder is missing.
 * @throws UserError when one is damaged or they do not belong together.
 */
export async function readIndexes(folder: string): Promise<IndexFile[]> {
  let names: string[];
  try {
    names = (await patiently(() => readdir(folder))).filter((name) => indexNames.test(name));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw fileError('read', folder, error);
  }
  const files = await Promise.all(names.map((name) => readIndex(folder, name)));
  files.sort((a, b) => a.index.part.number - b.index.part.number);
  const [first, ...others] = files;
  for (const { path, index } of others) {
    const [one, other] = [first!.index, index];
    if (one.part.of !== other.part.of) {
      throw new UserError(`${first!.path} and ${path} divide the work differently, into ${one.part.of} and ${other.part.of} parts.`);
    }
    const difference = describeDifference(one.configuration, other.configuration);
    if (difference !== undefined) throw new UserError(`${first!.path} and ${path} do not belong together: ${difference}.`);
  }
  return files;
}

async function readIndex(folder: string, name: string): Promise<IndexFile> {
  const path = join(folder, name);
  let text: string;
  let json: unknown;
  try {
    if ((await patiently(() => stat(path))).size > largestIndex) throw new UserError(`${path} is too large for an index of shards.`);
    text = await readRegularText(path, largestIndex);
    json = parseSealed(text);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new UserError(`${path} is damaged: ${asSentence(error.message)} Copy it again, or remove it to make the part again.`);
    throw fileError('read', path, error);
  }
  const { success, data: index, error } = indexSchema.safeParse(json);
  if (!success) {
    const [issue] = error.issues;
    throw new UserError(`${path} is not an index of shards of this version: ${issue?.path.join('.')}: ${issue?.message}.`);
  }
  const { part, configuration } = index;
  if (name !== indexName(part)) throw new UserError(`${path} is misnamed: it belongs to part ${part.number} of ${part.of}.`);
  const planned = planShards(configuration.pairs, configuration.pairsPerShard, part);
  const odd = index.shards.find((shard, place) => !isPlanned(shard, planned[place]));
  if (odd !== undefined) throw new UserError(`${path} is damaged: it has no place for the shard ${JSON.stringify(odd.file)}.`);
  const lost = index.shards.find((shard) => shard.pairs && !areExtents(shard.pairs, shard));
  if (lost !== undefined) throw new UserError(`${path} is damaged: the places of the pairs in ${lost.file} cannot be right.`);
  return { path, sha256: sha256Of(text), index };
}

function isPlanned({ file, set, from, to }: IndexedShard, planned: PlannedShard | undefined): boolean {
  return file === planned?.file && set === planned.set && from === planned.from && to === planned.to;
}

/** @throws UserError when a shard is missing or has another size than its index says. */
export async function requireWhole(path: string, bytes: number, index: string): Promise<void> {
  const size = (await ofFile(path, (one) => stat(one)))?.size;
  if (size === bytes) return;
  throw new UserError(
    `${path} ${size === undefined ? 'is missing' : `has ${counted(size, 'byte')}`}, but ${index} says that it has ${bytes}. Copy it again, ` +
      `or remove ${index} to make the part again.`,
  );
}

/** @throws UserError when a shard cannot be read, or has other content than its index says. */
export async function requireContent(path: string, sha256: string, index: string): Promise<void> {
  let found: string;
  try {
    found = await digestOfFile(path);
  } catch (error) {
    throw fileError('read', path, error);
  }
  if (found === sha256) return;
  throw new UserError(
    `${path} is damaged: its content does not match the SHA-256 in ${index}. Copy it again, or remove ${index} to make the part again.`,
  );
}
