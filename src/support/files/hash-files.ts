/** Files by name, size and hash, so that a recipient can verify them. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../errors.js';
import { digestOfFile } from './file-digest.js';
import { fileError } from './file-errors.js';
import { patiently } from './passing-failures.js';
import { stagingPrefix } from './staging.js';

export interface HashedFile {
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * The files of a folder by name; none when there is no such folder. Unfinished files are left out.
 * @throws UserError when one cannot be read.
 */
export async function hashFiles(folder: string): Promise<HashedFile[]> {
  try {
    const entries = await patiently(() => readdir(folder, { withFileTypes: true }));
    const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith(stagingPrefix)).map(({ name }) => name);
    return await Promise.all(names.sort().map((name) => hashFile(folder, name)));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw fileError('read the files of', folder, error);
  }
}

/** @throws Error of the system when it cannot be read. */
export async function hashFile(folder: string, name: string): Promise<HashedFile> {
  const path = join(folder, name);
  return { name, bytes: (await patiently(() => stat(path))).size, sha256: await digestOfFile(path) };
}
