/** Scores of the same images by several models and by the baseline: each image is decoded once, however many score it. */

import { decodeImage, type ImageSource } from '../images/decode-image.js';
import type { Image } from '../images/image.js';
import { ImageError, ModelError } from '../score/errors.js';
import { imagesInMemory } from '../score/load-model.js';
import { noneCan } from '../support/counted.js';
import { asSentence, messageOf, UserError } from '../support/errors.js';
import { PassingError } from '../support/files/passing-failures.js';
import { resultsAhead } from '../support/results-ahead.js';
import type { RatedFile } from './match-images.js';

/** Anything that gives an image a number, higher for better. */
export interface ImageMeasure {
  score(image: Image): Promise<number> | number;
}

export interface ScoredImages {
  /** Those that all measures could score, in order. */
  readonly images: readonly RatedFile[];
  /** For each measure, the scores of these images. */
  readonly scores: readonly (readonly number[])[];
  readonly unusable: readonly { readonly image: string; readonly reason: string }[];
}

/** The scores of an image by all measures, or why it has none. */
export type ImageScores = readonly number[] | { readonly reason: string };

/**
 * Scores images, in their order, as `prepare` makes them; an image that cannot be scored by one measure is left out for all.
 * @throws UserError when none can be scored.
 */
export async function scoreImages(
  files: readonly RatedFile[],
  measures: readonly ImageMeasure[],
  onImage?: (done: number, total: number) => void,
  prepare?: (image: Image) => Image,
): Promise<ScoredImages> {
  return collectScores(
    files,
    measures.length,
    resultsAhead(files, imagesInMemory - 1, ({ path }) => scoreImage(path, path, measures, prepare)),
    onImage,
  );
}

/**
 * Brings together the scores of images.
 * @param results of the files, in their order
 * @throws UserError when none can be scored.
 */
export async function collectScores(
  files: readonly RatedFile[],
  measures: number,
  results: Iterable<ImageScores> | AsyncIterable<ImageScores>,
  onImage?: (done: number, total: number) => void,
): Promise<ScoredImages> {
  const images: RatedFile[] = [];
  const scores: number[][] = Array.from({ length: measures }, () => []);
  const unusable: { image: string; reason: string }[] = [];
  let done = 0;
  for await (const own of results) {
    const file = files[done]!;
    if ('reason' in own) unusable.push({ image: file.image, reason: own.reason });
    else {
      images.push(file);
      for (const [index, score] of own.entries()) scores[index]!.push(score);
    }
    done++;
    onImage?.(done, files.length);
  }
  const [first] = unusable;
  if (images.length === 0)
    throw new UserError(`${noneCan(files.length, 'image')} be scored: ${first!.image}: ${asSentence(first!.reason)}`);
  return { images, scores, unusable };
}

/**
 * The scores of one image.
 * @param name for messages, which leave it out
 */
export async function scoreImage(
  source: ImageSource,
  name: string,
  measures: readonly ImageMeasure[],
  prepare: (image: Image) => Image = (image) => image,
): Promise<ImageScores> {
  const image = await decodeImage(source).catch(userErrorOf);
  const scores = image instanceof Error ? image : await scoreAll(prepare(image), measures);
  return scores instanceof Error ? { reason: scores.message.replace(`Cannot read image ${name}: `, '') } : scores;
}

async function scoreAll(image: Image, measures: readonly ImageMeasure[]): Promise<number[] | Error> {
  try {
    const scores: number[] = [];
    for (const measure of measures) scores.push(await measure.score(image));
    if (scores.every(Number.isFinite)) return scores;
    return new UserError('A score is not a number.');
  } catch (error) {
    return userErrorOf(error);
  }
}

/** The error of an image, without the words for what was given; any other is thrown, as one is that the machine is at fault for. */
function userErrorOf(error: unknown): Error {
  const own = error instanceof ImageError && error.cause instanceof UserError ? error.cause : error;
  if (own instanceof UserError && !(own instanceof ModelError || own instanceof PassingError)) return own;
  throw own instanceof Error ? own : new Error(messageOf(own));
}
