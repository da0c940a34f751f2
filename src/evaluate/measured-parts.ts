/**
 * Scores of a list by all measures of an evaluation, made in parts: a row for each image, from which the evaluation of the whole follows.
 */

import { z } from 'zod';
import type { Image } from '../images/image.js';
import { type PartHead, parsed } from '../score/parts/part-file.js';
import { requireWholeParts, rowsOfParts } from '../score/parts/part-status.js';
import type { PartScorer } from '../score/parts/score-part.js';
import { UserError } from '../support/errors.js';
import { digestOfFile } from '../support/files/file-digest.js';
import { sha256Of } from '../support/sha256.js';
import { type ImageMeasure, type ImageScores, scoreImage } from './score-images.js';

export const measuredFormat = 'antonym-measured-1';

const rowSchema = z.union([
  z.strictObject({ image: z.string(), scores: z.array(z.number()), sha256: z.string().optional() }),
  z.strictObject({ image: z.string(), error: z.string() }),
]);

export interface MeasuredImage {
  readonly scores: ImageScores;
  /** SHA-256 of the file, where a model must not have seen it. */
  readonly sha256?: string | undefined;
}

/** By path, or the path of an archive and the name in it. */
export type MeasuredImages = ReadonlyMap<string, MeasuredImage>;

interface Measuring {
  readonly measures: readonly ImageMeasure[];
  readonly prepare: ((image: Image) => Image) | undefined;
  /** Rows carry the hash of the file. */
  readonly isHashed: boolean;
  close(): Promise<void>;
}

/** The scorer that makes the rows of a part. */
export function measuringScorer({ measures, prepare, isHashed, close }: Measuring): PartScorer {
  return {
    async rowOf({ name, input }) {
      if (input instanceof UserError) return { image: name, error: input.message };
      const scores = await scoreImage(input, name, measures, prepare);
      if ('reason' in scores) return { image: name, error: scores.reason };
      return { image: name, scores, ...(isHashed && { sha256: await hashOf(input) }) };
    },
    close,
  };
}

async function hashOf(input: string | Uint8Array): Promise<string> {
  return typeof input === 'string' ? digestOfFile(input) : sha256Of(input);
}

/** Facts that have to be the same in all parts, and the option that says each. */
const sameOptions = { model: '--model', side: '--protocol', maxPixels: '--max-pixels' } as const;

/**
 * The scores of all parts in a folder.
 * @param wanted the head that they have to have
 * @param measures number of scores of an image
 * @throws UserError when a part is missing, not whole, damaged or made otherwise, or an image is in the list twice.
 */
export async function readMeasured(
  folder: string,
  wanted: Readonly<Record<keyof typeof sameOptions, PartHead[keyof typeof sameOptions]>>,
  measures: number,
): Promise<MeasuredImages> {
  const { parts, head } = await requireWholeParts(folder, measuredFormat);
  for (const [key, option] of Object.entries(sameOptions) as [keyof typeof sameOptions, string][]) {
    if (head[key] !== wanted[key])
      throw new UserError(`The parts in ${folder} were made with another ${option}: give the same to merge them.`);
  }
  const images = new Map<string, MeasuredImage>();
  for await (const line of rowsOfParts(folder, parts)) {
    const row = parsed(rowSchema, line);
    if (row === undefined || ('scores' in row && row.scores.length !== measures)) {
      throw new UserError(`${folder} is damaged: it has the line ${JSON.stringify(line.slice(0, 60))}. Score the parts again.`);
    }
    if (images.has(row.image))
      throw new UserError(`The list names ${row.image} twice: remove one, and score the parts again in another --out.`);
    images.set(row.image, 'scores' in row ? { scores: row.scores, sha256: row.sha256 } : { scores: { reason: row.error } });
  }
  return images;
}
