/** The near duplicates among the images of a whole folder, and the digests of their contents. */

import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { readThumbnail } from '../../images/thumbnail.js';
import { UserError } from '../../support/errors.js';
import { digestOfFile } from '../../support/files/file-digest.js';
import { ofFile, PassingError } from '../../support/files/passing-failures.js';
import { fittingThreads } from '../../support/open-files.js';
import { sha256Of } from '../../support/sha256.js';
import type { FileReference, ImageReference, ProceduralReference } from '../image-reference.js';
import { type Fingerprint, fingerprintOf } from './fingerprint.js';
import { leastCached, openFingerprintCache } from './fingerprint-cache.js';
import { nearDuplicateGroups } from './near-duplicates.js';

/** Receives the number of files read so far. */
export type OnRead = (done: number, total: number) => void;

/** Facts about images whose files were read. */
export interface ReadImages {
  /** Groups of image files that nearly repeat each other. */
  readonly nearDuplicates: readonly (readonly FileReference[])[];
  /** SHA-256 of the content by id: of a file's bytes, or of what a rendered image is drawn from; files that cannot be read have none. */
  readonly digests: ReadonlyMap<string, string>;
  /** Ids of files that are no images, or damaged. */
  readonly unreadable: ReadonlySet<string>;
}

/**
 * Groups of near duplicates among image files, without unreadable ones. Rendered images are never duplicates: their scenes are
 * drawn separately for every index. Every file is read: 5 ms for half a megapixel, 60 ms for a JPEG of 12; 16 files or more only once (see `FingerprintCache`).
 */
export async function findNearDuplicates(images: readonly ImageReference[], onRead?: OnRead): Promise<ReadImages['nearDuplicates']> {
  return (await readImages(images, { onRead })).nearDuplicates;
}

/** The same with the digest of every image, which takes a second for a gigabyte that is read for the first time. */
export function readContents(images: readonly ImageReference[], onRead?: OnRead): Promise<ReadImages> {
  return readImages(images, { onRead, withDigests: true });
}

async function readImages(
  images: readonly ImageReference[],
  { onRead, withDigests = false }: { readonly onRead?: OnRead | undefined; readonly withDigests?: boolean },
): Promise<ReadImages> {
  const files = images.filter((image) => image.kind === 'file');
  const cache = files.length >= leastCached ? await openFingerprintCache(files) : undefined;
  const digests = new Map<string, string>();
  if (withDigests) for (const image of images) if (image.kind === 'procedural') digests.set(image.id, digestOfScene(image));
  let done = 0;
  const fingerprints = await pLimit(fittingThreads(availableParallelism() + 1)).map(files, async (file) => {
    const read = (): Promise<Fingerprint | undefined> => readFingerprint(file.path);
    const fingerprint = await (cache === undefined ? read() : cache.get(file, read));
    if (withDigests) {
      const hash = (): Promise<string> => digestOfFile(file.path);
      const digest = await ofFile(file.path, () => (cache === undefined ? hash() : cache.digest(file, hash)));
      if (digest !== undefined) digests.set(file.id, digest);
    }
    onRead?.(++done, files.length);
    return fingerprint;
  });
  await cache?.save();
  const nearDuplicates = nearDuplicateGroups(fingerprints).map((group) => group.map((index) => files[index]!));
  const unreadable = new Set(files.filter((_, index) => fingerprints[index] === undefined).map(({ id }) => id));
  return { nearDuplicates, digests, unreadable };
}

/** Of a scene in any look: a model that saw one has seen the other. */
function digestOfScene({ seed, index, width, height }: ProceduralReference): string {
  return sha256Of(JSON.stringify({ seed, index, width, height }));
}

/** Undefined for a file that cannot be read. */
async function readFingerprint(path: string): Promise<Fingerprint | undefined> {
  try {
    return fingerprintOf(await readThumbnail(path));
  } catch (error) {
    if (error instanceof UserError && !(error instanceof PassingError)) return undefined;
    throw error;
  }
}
