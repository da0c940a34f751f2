/** `seen-opinions.json` beside a model that was trained with opinions: its images, by the hash of their files, so that nobody measures it on them. */
import { z } from 'zod';
import { messageOf, UserError } from '../support/errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import { parseSealed } from '../support/sealed-json.js';
import type { OpinionSet } from '../train/opinion/opinion-set.js';
import type { TrainedOpinions } from './model-description.js';

export const seenOpinionsName = 'seen-opinions.json';

const parts = ['training', 'validation', 'test'] as const;

const schema = z.strictObject({
  format: z.literal('antonym-seen-opinions-1'),
  images: z.array(
    z.strictObject({
      /** As the table of opinions names it. */
      image: z.string(),
      /** SHA-256 of the file. */
      sha256: z.string(),
      opinion: z.number(),
      /** `test`: neither training nor the choice of the checkpoint saw it. */
      part: z.enum(parts),
    }),
  ),
});

export type SeenOpinions = z.infer<typeof schema>;

export function seenOpinions(set: OpinionSet): SeenOpinions {
  const images = parts.flatMap((part) => set[part].map(({ image, sha256, opinion }) => ({ image, sha256, opinion, part })));
  return { format: 'antonym-seen-opinions-1', images };
}

/** The entry of `model.json`. */
export function trainedOpinionsOf({ name, direction, range, training, validation, test }: OpinionSet): TrainedOpinions {
  const images = { training: training.length, validation: validation.length, test: test.length };
  return { name, images, direction, range: [...range] };
}

/**
 * The hashes of the images that a model was trained on or chosen by.
 * @throws UserError when the file is missing or is none: then it is not known.
 */
export async function trainedImages(path: string): Promise<ReadonlySet<string>> {
  try {
    const { images } = schema.parse(parseSealed(await readRegularText(path, 2 ** 28)));
    return new Set(images.filter(({ part }) => part !== 'test').map(({ sha256 }) => sha256));
  } catch (error) {
    const message = `${path} cannot be read, and only it says which opinions the model saw`;
    throw new UserError(`${message} (${messageOf(error).split('\n')[0]}). Export the run again.`, { cause: error });
  }
}
