/** Files of opinions come from anywhere: one that is much larger than any benchmark's is not read at all. */
import { fileError } from '../../support/files/file-errors.js';
import { readRegular } from '../../support/files/regular-file.js';

/** Bytes: a million rows fit. */
const largest = 2 ** 26;

/** The content of a file. @throws UserError when it cannot be read or is too large. */
export async function readBounded(path: string): Promise<Buffer> {
  try {
    return await readRegular(path, largest);
  } catch (error) {
    throw fileError('read the opinions', path, error);
  }
}
