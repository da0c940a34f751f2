/** The pictures that a path stands for: those of a folder, those that a .txt file lists, or the one file. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FileReference } from '../../datasets/image-reference.js';
import { type LeftOut, nothingLeftOut } from '../../datasets/left-out.js';
import { type ListedImages, listImageFiles } from '../../datasets/list-image-files.js';
import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';

/** Lists larger than this are refused: 64 MiB hold half a million paths. */
const largestList = 2 ** 26;

/** @throws UserError when there is nothing of that name, or no picture in it. */
export async function listPictures(path: string): Promise<ListedImages> {
  const status = await stat(path).catch((error) => {
    throw fileError('read', path, error);
  });
  if (status.isDirectory()) {
    const { files, leftOut } = await listImageFiles(path);
    return listed(files, path, leftOut);
  }
  if (!status.isFile()) throw new UserError(`${path} is neither a file nor a folder.`);
  if (!path.toLowerCase().endsWith('.txt')) return listed([{ kind: 'file', id: path, path }], path);
  if (status.size > largestList) throw new UserError(`${path} is too large for a list of paths.`);
  const lines = (await readFile(path, 'utf8')).replace(/^\ufeff/, '').split(/\r?\n/);
  const files = lines.filter((line) => line.trim() !== '').map((id) => ({ kind: 'file' as const, id, path: resolve(dirname(path), id) }));
  return listed(files, path);
}

function listed(files: FileReference[], path: string, leftOut: LeftOut = nothingLeftOut): ListedImages {
  if (files.length === 0) throw new UserError(`${path} holds no pictures.`);
  return { files, leftOut };
}
