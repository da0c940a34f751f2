/** The pictures that a path stands for: those of a folder or pattern, those that a .txt file lists, or the one file. */

import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { expandPaths } from '../../datasets/expand-paths.js';
import { nothingLeftOut } from '../../datasets/left-out.js';
import type { ListedImages } from '../../datasets/list-image-files.js';
import { decodeText } from '../../support/decode-text.js';
import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { ofFile } from '../../support/files/passing-failures.js';
import { readRegular } from '../../support/files/regular-file.js';

/** Lists larger than this are refused: 64 MiB hold half a million paths. */
const largestList = 2 ** 26;

/** @throws UserError when there is nothing of that name, or no picture in it. */
export async function listPictures(path: string): Promise<ListedImages> {
  if (path.toLowerCase().endsWith('.txt') && (await isFile(path))) return readList(path);
  const { files, leftOut, failed } = await expandPaths([path]);
  if (failed.length > 0) throw failed[0]!.error;
  return { files: [...files], leftOut };
}

/** True for a file; false for a folder, a pattern, and where nothing is. */
export async function isFile(path: string): Promise<boolean> {
  return (await ofFile(path, (one) => stat(one)))?.isFile() === true;
}

async function readList(path: string): Promise<ListedImages> {
  try {
    const lines = decodeText(await readRegular(path, largestList)).split(/\r?\n/);
    const files = lines.filter((line) => line.trim() !== '').map((id) => ({ kind: 'file' as const, id, path: resolve(dirname(path), id) }));
    if (files.length === 0) throw new UserError(`${path} lists no pictures.`);
    return { files, leftOut: nothingLeftOut };
  } catch (error) {
    throw fileError('read', path, error);
  }
}
