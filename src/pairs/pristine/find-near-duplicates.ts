/** Fingerprints of a whole folder of images, and the near duplicates among them. */
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { ImageReference } from '../../datasets/image-reference.js';
import { readThumbnail } from '../../datasets/thumbnail.js';
import { UserError } from '../../support/errors.js';
import { type Fingerprint, fingerprintOf } from './fingerprint.js';
import { nearDuplicateGroups } from './near-duplicates.js';

/** The fingerprint of an image file; undefined when it cannot be read. */
async function readFingerprint(path: string): Promise<Fingerprint | undefined> {
  try {
    return fingerprintOf(await readThumbnail(path));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * Groups of near duplicates among image files. Rendered images are none of each other: their scenes are drawn anew for every index.
 * @param onRead how many of the files were read so far: some milliseconds for each.
 */
export async function findNearDuplicates(
  images: readonly ImageReference[],
  onRead: (done: number, total: number) => void = () => {},
): Promise<ImageReference[][]> {
  let done = 0;
  const concurrently = pLimit(availableParallelism() + 1);
  const fingerprints = await concurrently.map(images, async (image) => {
    const fingerprint = image.kind === 'file' ? await readFingerprint(image.path) : undefined;
    onRead(++done, images.length);
    return fingerprint;
  });
  return nearDuplicateGroups(fingerprints).map((group) => group.map((index) => images[index]!));
}
