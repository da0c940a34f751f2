/** Scores of the same images by several models and by the baseline: each image is decoded once, whatever it is scored by. */
import { decodeImage } from '../images/decode-image.js';
import type { Image } from '../images/image.js';
import { messageOf, UserError } from '../support/errors.js';
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

/** Images decoded while another is scored. */
const decodedAhead = 3;

/**
 * Scores images one after the other; an image that cannot be scored by one measure is left out for all.
 * @throws UserError when none can be scored.
 */
export async function scoreImages(
  files: readonly RatedFile[],
  measures: readonly ImageMeasure[],
  onImage?: (done: number, total: number) => void,
): Promise<ScoredImages> {
  const images: RatedFile[] = [];
  const scores: number[][] = measures.map(() => []);
  const unusable: { image: string; reason: string }[] = [];
  let done = 0;
  for await (const decoded of resultsAhead(files, decodedAhead, decode)) {
    const file = files[done]!;
    const own = decoded instanceof Error ? decoded : await scoreAll(decoded, measures);
    if (own instanceof Error) unusable.push({ image: file.image, reason: own.message.replace(`Cannot read image ${file.path}: `, '') });
    else {
      images.push(file);
      for (const [index, score] of own.entries()) scores[index]!.push(score);
    }
    done++;
    onImage?.(done, files.length);
  }
  const [first] = unusable;
  if (images.length === 0) throw new UserError(`none of the ${files.length} images can be scored: ${first?.image}: ${first?.reason}`);
  return { images, scores, unusable };
}

async function decode({ path }: RatedFile): Promise<Image | Error> {
  return decodeImage(path).catch(userErrorOf);
}

async function scoreAll(image: Image, measures: readonly ImageMeasure[]): Promise<number[] | Error> {
  try {
    const scores: number[] = [];
    for (const measure of measures) scores.push(await measure.score(image));
    if (scores.every(Number.isFinite)) return scores;
    return new UserError('a score is not a number');
  } catch (error) {
    return userErrorOf(error);
  }
}

function userErrorOf(error: unknown): Error {
  if (error instanceof UserError) return error;
  throw error instanceof Error ? error : new Error(messageOf(error));
}
