/** `images.json` of a run: its photographs by content, so that a run finds them elsewhere, and runs that start from it never measure on them. */
import { z } from 'zod';
import { systemCodeOf, UserError } from '../support/errors.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import { parseSealed, sealJson } from '../support/sealed-json.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const schema = z.strictObject({
  format: z.literal('antonym-images-1'),
  images: z
    .array(
      z.strictObject({
        /** As in records of pairs: the path below the folder that the run was started with. */
        id: z.string(),
        /** SHA-256 of the file's bytes; absent for one that could not be read. */
        sha256: digest.optional(),
        set: z.enum(['training', 'held-out']),
        /** Held out to choose the checkpoint; where none is, all are. */
        chooses: z.literal(true).optional(),
      }),
    )
    .readonly(),
  /** Digests of the images that the runs it started from trained on, and of those that they held out. */
  before: z.strictObject({ training: z.array(digest).readonly(), heldOut: z.array(digest).readonly() }),
  /** Sources of its weights whose training images are not recorded. */
  unknown: z.array(z.string()).readonly(),
});

export type RunImages = Omit<z.infer<typeof schema>, 'format'>;

/** @returns undefined where there is none: a run of an earlier version, or one on shards. @throws UserError when it is damaged. */
export async function readRunImages(path: string): Promise<RunImages | undefined> {
  try {
    return schema.parse(parseSealed(await readRegularText(path, 2 ** 29 - 2 ** 20)));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw new UserError(`${path} is damaged: it does not list the images of a run. Restore it, or remove it to go by names alone.`);
    }
    throw fileError('read', path, error);
  }
}

/** @throws the system's error when it cannot be written. */
export async function writeRunImages(path: string, images: RunImages): Promise<void> {
  await writeFileAtomically(path, sealJson({ format: 'antonym-images-1', ...images }));
}
