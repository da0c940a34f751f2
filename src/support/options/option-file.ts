/** Files of options: a JSON object with the keys of an option table. */
import { messageOf, UserError } from '../errors.js';
import { fileError } from '../files/file-errors.js';
import { readRegularText } from '../files/regular-file.js';
import { findDuplicateKey } from './json-duplicate-key.js';

/**
 * The content of `--config FILE`, to be checked against a table.
 * @throws UserError when it cannot be read, is no JSON object, or names a key twice.
 */
export async function readOptionFile(path: string): Promise<{ path: string; values: Readonly<Record<string, unknown>> }> {
  let values: unknown;
  try {
    const json = await readRegularText(path);
    values = JSON.parse(json);
    const duplicate = findDuplicateKey(json);
    if (duplicate !== undefined) throw new UserError(`${path} has the key "${duplicate}" twice.`);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${path} is not JSON: ${messageOf(error).replaceAll(/\s+/g, ' ')}.`);
    throw fileError('read', path, error);
  }
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
    // the configuration of a run repeats it, also when it was edited
    const { checksum: _, ...options } = values as Record<string, unknown>;
    return { path, values: options };
  }
  throw new UserError(`${path} must be a JSON object with options such as {"levels": 5}.`);
}
