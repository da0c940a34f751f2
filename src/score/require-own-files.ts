/** A model is scored with only if its files belong together: a damaged or exchanged one would score without a word. */

import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ModelDescription } from '../export/model-description.js';
import { systemCodeOf, UserError } from '../support/errors.js';
import { digestOfFile } from '../support/files/file-digest.js';
import { fileError } from '../support/files/file-errors.js';
import { patiently } from '../support/files/passing-failures.js';

/**
 * Compares the ONNX file, the file of its weights, and what lies beside them, with what `model.json` states of them. One that states nothing, as
 * those of earlier versions, is taken as it is, and so is a folder without the proof and the lists of opinions, which no score needs.
 * @throws UserError when they differ, or one is missing.
 */
export async function requireOwnFiles(modelPath: string, { files }: ModelDescription): Promise<void> {
  for (const [index, { name, bytes, sha256 }] of (files ?? []).entries()) {
    // the model itself may have been renamed
    const path = index === 0 ? modelPath : join(dirname(modelPath), basename(name));
    const found = await hashOf(path, bytes, index > 0 && name.endsWith('.json'));
    if (found === 'absent') continue;
    if (found !== sha256) throw mixture(modelPath, path, found, sha256);
  }
}

/** Undefined where the size says that it cannot be the file. */
async function hashOf(path: string, bytes: number, mayBeAbsent: boolean): Promise<string | undefined> {
  try {
    return (await patiently(() => stat(path))).size === bytes ? await digestOfFile(path) : undefined;
  } catch (error) {
    if (mayBeAbsent && systemCodeOf(error) === 'ENOENT') return 'absent';
    throw fileError('read', path, error);
  }
}

function mixture(modelPath: string, path: string, found: string | undefined, expected: string): UserError {
  const difference =
    found === undefined ? 'it has another size' : `its SHA-256 is ${found.slice(0, 12)}..., not ${expected.slice(0, 12)}...`;
  return new UserError(
    `${path} is not the file that ${join(dirname(modelPath), 'model.json')} describes: ${difference}. It is damaged, or from another export. ` +
      'Copy the whole folder again, or export the model again. If you changed it on purpose, remove "files" and "checksum" from model.json.',
    { code: 'ERR_ANTONYM_BAD_MODEL' },
  );
}
