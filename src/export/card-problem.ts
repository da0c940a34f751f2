/** A model's card is for people, and nothing depends on it: one that was changed is told, and scores are made all the same. */
import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import { isChangedMarkdown } from '../support/sealed-markdown.js';

/** @param folder of a model @returns a sentence; undefined for a card as it was written, of an earlier version, or none */
export async function cardProblem(folder: string): Promise<string | undefined> {
  const path = join(folder, 'MODEL_CARD.md');
  try {
    if (!isChangedMarkdown(await readRegularText(path))) return undefined;
  } catch (error) {
    return systemCodeOf(error) === 'ENOENT' ? undefined : messageOf(fileError('read', path, error));
  }
  return `${path} was changed after it was written: it is damaged, or was edited (then remove its line sha256_of_the_other_lines).`;
}
