/**
 * Reads pairs from one shard in any order, with little of it in memory. Where the index says where each pair lies, nothing else is read; a
 * shard of an earlier version is verified whole, and searched, before its first pair.
 */

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readTar, tarArchiveBytes, tarMemberBytes } from '../../support/archives/tar-archive.js';
import { counted } from '../../support/counted.js';
import { asSentence, messageOf, UserError } from '../../support/errors.js';
import { digestOfFile } from '../../support/files/file-digest.js';
import { fileError } from '../../support/files/file-errors.js';
import { patiently } from '../../support/files/passing-failures.js';
import { readChunks } from '../../support/files/read-chunks.js';
import { readRange } from '../../support/files/read-range.js';
import { sha256Of } from '../../support/sha256.js';
import { cropNames, decodePair } from '../encoded-pair.js';
import type { DegradedPair } from '../pair.js';
import type { PairExtent } from './pair-extents.js';
import type { IndexedShard, PairsConfiguration } from './shard-index.js';
import { keyOf, largestPngBytes } from './shard-layout.js';

/** The rows of a pair: 42 of them, with the longest file names, stay below. */
const largestJsonBytes = 2 ** 20;

/** Place of a pair's members in the archive; without a hash where the whole archive was verified. */
type Extent = Omit<PairExtent, 'sha256'> & Partial<Pick<PairExtent, 'sha256'>>;

export class ShardReader {
  private readonly path: string;
  private readonly shard: IndexedShard;
  private readonly configuration: Pick<PairsConfiguration, 'crop' | 'levels'>;
  private readonly members: readonly string[];
  private readonly limit: number;
  private extents: Promise<ReadonlyMap<number, Extent>> | undefined;

  constructor(folder: string, shard: IndexedShard, configuration: Pick<PairsConfiguration, 'crop' | 'levels'>) {
    this.path = join(folder, shard.file);
    this.shard = shard;
    this.configuration = configuration;
    this.members = [...cropNames(configuration.levels), 'json'];
    this.limit = Math.max(largestPngBytes(configuration.crop), largestJsonBytes);
  }

  /**
   * One pair of the shard, by its index in the set.
   * @returns undefined for a held-out pair that could not be made.
   * @throws UserError naming the file when it is missing, cut off, changed, or holds anything other than the pairs of its index.
   */
  async pair(index: number): Promise<DegradedPair | undefined> {
    const { pairs, from } = this.shard;
    const extent = pairs ? pairs[index - from] : (await this.searched()).get(index);
    if (!extent) return undefined;
    try {
      const files: Uint8Array[] = [];
      for await (const { name, data } of readTar(this.read(extent), this.limit)) {
        if (name !== this.memberName(index, files.length)) throw new Error(`the member ${JSON.stringify(name)} has no place in it`);
        files.push(data);
      }
      if (files.length !== this.members.length) throw new Error(`it has no ${this.members[files.length]}`);
      const rows: unknown = JSON.parse(Buffer.from(files.pop() ?? []).toString('utf8'));
      return await decodePair(files, rows, { index, ...this.configuration });
    } catch (error) {
      throw this.failure(error, `its pair ${keyOf(this.shard.set, index)} cannot be used`);
    }
  }

  private memberName(index: number, member: number): string {
    return `${keyOf(this.shard.set, index)}.${this.members[member]}`;
  }

  private searched(): Promise<ReadonlyMap<number, Extent>> {
    this.extents ??= this.verify();
    return this.extents;
  }

  private async verify(): Promise<ReadonlyMap<number, Extent>> {
    const hash = createHash('sha256');
    const hashed = async function* (path: string): AsyncGenerator<Uint8Array> {
      for await (const chunk of readChunks(path)) {
        hash.update(chunk);
        yield chunk;
      }
    };
    try {
      const extents = await this.scan(hashed(this.path));
      if (hash.digest('hex') === this.shard.sha256) return extents;
    } catch (error) {
      // Errors of the content matter only when the index refers to this content.
      if ((await this.sha256()) === this.shard.sha256) throw this.failure(error, 'it is not a shard of these pairs');
    }
    throw new UserError(`${this.path} is damaged: its content does not match the SHA-256 in its index. Copy it again, or make it again.`);
  }

  /** Finds the pairs, and checks that there is nothing else. */
  private async scan(chunks: AsyncIterable<Uint8Array>): Promise<ReadonlyMap<number, Extent>> {
    const { set, from, to } = this.shard;
    const extents = new Map<number, Extent>();
    let index = from - 1;
    let start = 0;
    let position = 0;
    let member = 0;
    for await (const { name, data } of readTar(chunks, this.limit)) {
      if (member === 0) {
        start = position;
        index++;
        // Only held-out pairs may be left out.
        if (set === 'held-out') while (index < to && !name.startsWith(`${keyOf(set, index)}.`)) index++;
      }
      if (index >= to || name !== this.memberName(index, member)) {
        throw new Error(`the member ${JSON.stringify(name)} has no place in it`);
      }
      position += tarMemberBytes(data.byteLength);
      member = (member + 1) % this.members.length;
      if (member === 0) extents.set(index, { start, bytes: position - start });
    }
    if (member !== 0) throw new Error(`its last pair has no ${this.members[member]}`);
    if (set === 'training' && index !== to - 1) throw new Error(`it has ${counted(extents.size, 'pair')}, not ${to - from}`);
    return extents;
  }

  private async sha256(): Promise<string> {
    try {
      return await digestOfFile(this.path);
    } catch (error) {
      throw fileError('read', this.path, error);
    }
  }

  /** The members of a pair as an archive of their own. */
  private async *read({ start, bytes, sha256 }: Extent): AsyncGenerator<Uint8Array> {
    if (bytes > this.members.length * tarMemberBytes(this.limit)) throw new Error(`it has ${bytes} bytes`);
    const archive = Buffer.alloc(tarArchiveBytes(bytes));
    const file = await patiently(() => open(this.path, 'r'));
    try {
      await readRange(file, archive.subarray(0, bytes), start, this.path);
    } finally {
      await file.close();
    }
    if (sha256 !== undefined && sha256Of(archive.subarray(0, bytes)) !== sha256)
      throw new Error('its content does not match the SHA-256 in its index. Copy it again, or make it again');
    yield archive;
  }

  private failure(error: unknown, what: string): unknown {
    const readable = fileError('read', this.path, error);
    if (readable !== error) return readable;
    return new UserError(`${this.path} is damaged: ${what}: ${asSentence(messageOf(error))}`);
  }
}
