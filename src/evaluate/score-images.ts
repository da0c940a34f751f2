/** Scores of the same images by several models and by the baseline: each image is decoded once, however many score it. */
import { decodeImage } from '../images/decode-image.js';
import type { Image } from '../images/image.js';
import { ImageError, ModelError } from '../score/errors.js';
import { imagesInMemory } from '../score/load-model.js';
import { asSentence, messageOf, UserError } from '../support/errors.js';
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

/**
 * Scores images, in their order, as `prepare` makes them; an image that cannot be scored by one measure is left out for all.
 * @throws UserError when none can be scored.
 */
export async function scoreImages(
  files: readonly RatedFile[],
  measures: readonly ImageMeasure[],
  onImage?: (done: number, total: number) => void,
  prepare: (image: Image) => Image = (image) => image,
): Promise<ScoredImages> {
  const images: RatedFile[] = [];
  const scores: number[][] = measures.map(() => []);
  const unusable: { image: string; reason: string }[] = [];
  let done = 0;
  for await (const own of resultsAhead(files, imagesInMemory - 1, (file) => scoreFile(file, measures, prepare))) {
    const file = files[done]!;
    if (own instanceof Error) unusable.push({ image: file.image, reason: own.message.replace(`Cannot read image ${file.path}: `, '') });
    else {
      images.push(file);
      for (const [index, score] of own.entries()) scores[index]!.push(score);
    }
    done++;
    onImage?.(done, files.length);
  }
  const [first] = unusable;
  if (images.length === 0)
    throw new UserError(`None of the ${files.length} images can be scored: ${first!.image}: ${asSentence(first!.reason)}`);
  return { images, scores, unusable };
}

async function scoreFile(
  { path }: RatedFile,
  measures: readonly ImageMeasure[],
  prepare: (image: Image) => Image,
): Promise<number[] | Error> {
  const image = await decodeImage(path).catch(userErrorOf);
  return image instanceof Error ? image : scoreAll(prepare(image), measures);
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

/** The error of an image, without the words for what was given; any other is thrown. */
function userErrorOf(error: unknown): Error {
  if (error instanceof ImageError && error.cause instanceof UserError) return error.cause;
  if (error instanceof UserError && !(error instanceof ModelError)) return error;
  throw error instanceof Error ? error : new Error(messageOf(error));
}
