/** Pairs of opposite texts that images are compared with: those of the method, or a user's own. */
import { z } from 'zod';
import { asSentence, messageOf, systemCodeOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import { suggestName } from '../support/nearest-name.js';

/** The prompt for a good photograph, and that for a bad one. */
export type PromptPair = readonly [positive: string, negative: string];

/** QualiCLIP's (arXiv 2403.11176). */
export const antonymPairs: readonly PromptPair[] = [
  ['Good photo.', 'Bad photo.'],
  ['Good picture.', 'Bad picture.'],
  ['High-resolution image.', 'Low-resolution image.'],
  ['High-quality image.', 'Low-quality image.'],
  ['Sharp image.', 'Blurry image.'],
  ['Sharp edges.', 'Blurry edges.'],
  ['Noise-free image.', 'Noisy image.'],
];

/** MA-CLIP's (arXiv 2511.09948). */
const maClipPairs: readonly PromptPair[] = [
  ['Good image', 'bad image'],
  ['Sharp image', 'blurry image'],
  ['sharp edges', 'blurry edges'],
  ['High resolution image', 'low resolution image'],
  ['Noise-free image', 'noisy image'],
];

/** Choices of an option that name no pairs of texts. */
const otherPrompts = ['auto', 'stored', 'seeded', 'prototypes', 'learnable'];

/** Pairs by the name that an option gives them. */
export const promptSets = { antonyms: antonymPairs, 'ma-clip': maClipPairs } as const;
export type PromptSetName = keyof typeof promptSets;

const prompt = z.string().trim().min(1).max(1000);
const pairsSchema = z
  .array(z.tuple([prompt, prompt]).refine(([positive, negative]) => positive !== negative, 'the two texts of a pair must differ'))
  .min(1)
  .max(64)
  .refine((pairs) => new Set(pairs.map((pair) => JSON.stringify(pair))).size === pairs.length, 'a pair is there twice');

/**
 * Reads a JSON file such as [["Good photo.", "Bad photo."]].
 * @throws UserError when it cannot be read, or is no list of 1 to 64 different pairs of different texts.
 */
export async function readPromptPairs(path: string): Promise<PromptPair[]> {
  let json: unknown;
  try {
    json = JSON.parse(await readRegularText(path));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${path} is not JSON: ${asSentence(messageOf(error).replaceAll(/\s+/g, ' '))}`);
    if (systemCodeOf(error) === 'ENOENT' && !/[\\/.]/.test(path))
      throw new UserError(
        `There are no prompts and no file named "${path}".${suggestName(path, [...Object.keys(promptSets), ...otherPrompts])}`,
      );
    throw fileError('read', path, error);
  }
  const { success, data, error } = pairsSchema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const place = issue?.path.length ? `pair ${Number(issue.path[0]) + 1}: ` : '';
  throw new UserError(`${path} must be a list of pairs such as [["Good photo.", "Bad photo."]], but ${place}${asSentence(issue!.message)}`);
}
