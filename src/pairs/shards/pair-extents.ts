/** The place of each pair in a shard, and the hash of its bytes: readers take a pair out of a shard without the rest of it. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { tarArchiveBytes, tarMemberBytes } from '../../support/archives/tar-archive.js';

/** The members of a pair in the archive, headers included. */
export const extentSchema = z.strictObject({
  /** Bytes before them. */
  start: z.int().min(0),
  bytes: z.int().min(0),
  /** SHA-256 of these bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type PairExtent = z.infer<typeof extentSchema>;

/** Follows a shard that is written: first the sizes of a pair are told, then its bytes pass. */
export class PairExtents {
  /** One for each pair, in order; null for one that was left out. */
  readonly extents: (PairExtent | null)[] = [];
  private readonly waiting: { readonly place: number; readonly start: number; readonly end: number }[] = [];
  private end = 0;
  private position = 0;
  private hash = createHash('sha256');

  /** @param contents bytes of the members of the next pair; undefined when it is left out */
  add(contents: readonly number[] | undefined): void {
    this.extents.push(null);
    if (contents === undefined) return;
    const start = this.end;
    this.end += contents.reduce((sum, bytes) => sum + tarMemberBytes(bytes), 0);
    this.waiting.push({ place: this.extents.length - 1, start, end: this.end });
  }

  /** @param chunk the bytes of the archive that follow; what follows the pairs is its end */
  pass(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.byteLength > 0 && this.waiting.length > 0) {
      const { place, start, end } = this.waiting[0]!;
      const own = rest.subarray(0, end - this.position);
      this.hash.update(own);
      this.position += own.byteLength;
      rest = rest.subarray(own.byteLength);
      if (this.position < end) continue;
      this.extents[place] = { start, bytes: end - start, sha256: this.hash.digest('hex') };
      this.hash = createHash('sha256');
      this.waiting.shift();
    }
  }
}

/**
 * True for places that can be those of a shard: as many as it has pairs, within it, in order; only held-out pairs may be left out.
 * @param bytes of the shard
 */
export function areExtents(
  extents: readonly (PairExtent | null)[],
  { set, from, to, bytes }: { readonly set: string; readonly from: number; readonly to: number; readonly bytes: number },
): boolean {
  let end = 0;
  for (const extent of extents) {
    if (extent === null ? set !== 'held-out' : extent.start !== end) return false;
    end += extent?.bytes ?? 0;
  }
  return extents.length === to - from && tarArchiveBytes(end) === bytes;
}
