/** Runs one encoder on every picture. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { type Encoder, encodePicture } from '../../compare/encoders.js';
import type { PicturePair } from '../../compare/match-pictures.js';
import type { UnusablePair } from '../../compare/score-pairs.js';
import type { FileReference } from '../../datasets/image-reference.js';
import { UserError } from '../../support/errors.js';
import { makeFolder } from '../../support/files/make-folder.js';
import { fittingThreads } from '../../support/open-files.js';

/**
 * Encodes pictures into a folder, as many at a time as there are cores. A picture that the encoder fails on is named and left out.
 * @param onPicture called after each, with how many are done
 */
export async function encodePictures(
  encoder: Encoder,
  pictures: readonly FileReference[],
  folder: string,
  onPicture: (done: number) => void,
): Promise<{ pairs: PicturePair[]; failed: UnusablePair[] }> {
  await makeFolder(folder);
  const limit = pLimit(fittingThreads(availableParallelism()));
  const pairs: PicturePair[] = [];
  const failed: UnusablePair[] = [];
  let done = 0;
  await limit.map(pictures, async ({ id, path }, index) => {
    const output = join(folder, `${index}${encoder.extension}`);
    try {
      await encodePicture(encoder, path, output);
      pairs.push({ name: id, before: path, after: output });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failed.push({ name: id, reason: error.message });
    }
    onPicture(++done);
  });
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);
  return { pairs: pairs.sort(byName), failed: failed.sort(byName) };
}
