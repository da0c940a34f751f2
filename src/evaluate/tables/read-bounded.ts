/** Files of opinions come from anywhere: one that is much larger than any benchmark's is not read at all. */
import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';

/** Bytes: a million rows fit. */
const largest = 2 ** 26;

/** The content of a file. @throws UserError when it cannot be read or is too large. */
export async function readBounded(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > largest) throw new UserError(`${path} has ${Math.ceil(size / 2 ** 20)} MiB: opinions are at most ${largest / 2 ** 20}.`);
    return await readFile(path);
  } catch (error) {
    throw fileError('read the opinions', path, error);
  }
}
