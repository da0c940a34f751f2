/** A model's card is for people, and nothing depends on it: one that was changed is told, and scores are made all the same. */
import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import { isChangedMarkdown } from '../support/sealed-markdown.js';

/** The line of the ONNX file among those of all files. */
const ofModel = /^\| model\.onnx \|[^|]*\| `([0-9a-f]{64})` \|$/m;

/**
 * @param folder of a model
 * @param sha256 of its ONNX file, where it is known
 * @returns a sentence; undefined for a card as it was written, of an earlier version, or none
 */
export async function cardProblem(folder: string, sha256?: string): Promise<string | undefined> {
  const path = join(folder, 'MODEL_CARD.md');
  try {
    const card = await readRegularText(path);
    const stated = ofModel.exec(card)?.[1];
    if (stated !== undefined && sha256 !== undefined && stated !== sha256) return `${path} is the card of another model.`;
    if (!isChangedMarkdown(card)) return undefined;
  } catch (error) {
    return systemCodeOf(error) === 'ENOENT' ? undefined : messageOf(fileError('read', path, error));
  }
  return `${path} was changed after it was written: it is damaged, or was edited (then remove its line sha256_of_the_other_lines).`;
}
