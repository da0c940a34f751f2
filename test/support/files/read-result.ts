/** Files of results that carry a checksum, as their readers see them. */
import { readFile } from 'node:fs/promises';
import { parseSealed } from '#antonym/support/sealed-json.js';

/** The content of a file of JSON without its checksum, which must be right. */
// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse returns
export async function readResult(path: string): Promise<any> {
  return parseSealed(await readFile(path, 'utf8'));
}
