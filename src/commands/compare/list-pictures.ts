/** The pictures that a path stands for: those of a folder, those that a .txt file lists, or the one file. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FileReference } from '../../datasets/image-reference.js';
import { listImageFiles } from '../../datasets/list-image-files.js';
import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';

/** Lists larger than this are refused: 64 MiB hold half a million paths. */
const largestList = 2 ** 26;

/** @throws UserError when there is nothing of that name, or no picture in it. */
export async function listPictures(path: string): Promise<readonly FileReference[]> {
  const status = await stat(path).catch((error) => {
    throw fileError('read', path, error);
  });
  if (status.isDirectory()) return requirePictures(await listImageFiles(path), path);
  if (!status.isFile()) throw new UserError(`${path} is neither a file nor a folder.`);
  if (!path.toLowerCase().endsWith('.txt')) return [{ kind: 'file', id: path, path }];
  if (status.size > largestList) throw new UserError(`${path} is too large for a list of paths.`);
  const lines = (await readFile(path, 'utf8')).replace(/^\ufeff/, '').split(/\r?\n/);
  const files = lines.filter((line) => line.trim() !== '').map((id) => ({ kind: 'file' as const, id, path: resolve(dirname(path), id) }));
  return requirePictures(files, path);
}

function requirePictures(files: readonly FileReference[], path: string): readonly FileReference[] {
  if (files.length === 0) throw new UserError(`${path} holds no pictures.`);
  return files;
}
