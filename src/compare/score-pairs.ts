/** Scores pairs of pictures. A pair of which one file cannot be scored is named and left out. */
import { stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { decodeImage } from '../images/decode-image.js';
import type { Image } from '../images/image.js';
import { UserError } from '../support/errors.js';
import type { ComparedPair, ScoredFile } from './comparison.js';
import type { PicturePair } from './match-pictures.js';

/** A model, or anything else that gives an image a number, higher for better. */
export interface PictureScorer {
  score(image: Image): Promise<number>;
}

/** A pair of which a file cannot be scored. */
export interface UnusablePair {
  readonly name: string;
  readonly reason: string;
}

export interface ScoredPairs {
  readonly compared: readonly ComparedPair[];
  readonly unusable: readonly UnusablePair[];
}

/** Decoded or scored at a time. */
const imagesInMemory = 6;

/** @param onPair called after each pair, with how many are done */
export async function scorePairs(
  pairs: readonly PicturePair[],
  scorer: PictureScorer,
  onPair: (done: number) => void = () => {},
): Promise<ScoredPairs> {
  const limit = pLimit(imagesInMemory);
  let done = 0;
  const scoreFile = (path: string): Promise<ScoredFile> => limit(() => scorePicture(path, scorer));
  const results = await Promise.all(
    pairs.map(async ({ name, before, after }): Promise<ComparedPair | UnusablePair> => {
      // both are awaited, so that nothing is left running when one fails
      const [first, second] = await Promise.allSettled([scoreFile(before), scoreFile(after)]);
      onPair(++done);
      for (const result of [first, second]) {
        if (result.status === 'rejected' && !(result.reason instanceof UserError)) throw result.reason;
      }
      if (first.status === 'rejected') return { name, reason: (first.reason as UserError).message };
      if (second.status === 'rejected') return { name, reason: (second.reason as UserError).message };
      return { name, before: first.value, after: second.value, difference: second.value.score - first.value.score };
    }),
  );
  return {
    compared: results.filter((result): result is ComparedPair => 'difference' in result),
    unusable: results.filter((result): result is UnusablePair => 'reason' in result),
  };
}

/**
 * Scores one file.
 * @throws UserError when it cannot be read or scored, or its score is no number.
 */
export async function scorePicture(path: string, scorer: PictureScorer): Promise<ScoredFile> {
  const image = await decodeImage(path);
  const score = await scorer.score(image).catch((error) => {
    throw error instanceof UserError ? new UserError(`${path}: ${error.message}`, { cause: error }) : error;
  });
  if (!Number.isFinite(score)) throw new UserError(`${path}: The model's score is not a number.`);
  return { path, score, bytes: (await stat(path)).size, width: image.width, height: image.height };
}
