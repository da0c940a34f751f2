/** `calibration.json` beside a calibrated model: the rated images, by the hash of their files, so that nobody measures the model on them. */
import { z } from 'zod';
import { messageOf, UserError } from '../support/errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import { parseSealed } from '../support/sealed-json.js';

export const calibrationName = 'calibration.json';

const schema = z.strictObject({
  format: z.literal('antonym-calibration-1'),
  images: z.array(
    z.strictObject({
      /** As the table of opinions names it. */
      image: z.string(),
      /** SHA-256 of the file. */
      sha256: z.string(),
      opinion: z.number(),
      score: z.number(),
      /** By the map of all other images. */
      leftOut: z.number(),
    }),
  ),
});

export type CalibrationFile = z.infer<typeof schema>;

/**
 * The hashes of the images that a model was calibrated on.
 * @throws UserError when the file is missing or is none: then it is not known.
 */
export async function calibratedImages(path: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(schema.parse(parseSealed(await readRegularText(path, 2 ** 28))).images.map(({ sha256 }) => sha256));
  } catch (error) {
    const message = `${path} cannot be read, and only it says which images the calibrated model saw`;
    throw new UserError(`${message} (${messageOf(error).split('\n')[0]}). Calibrate again.`, { cause: error });
  }
}
