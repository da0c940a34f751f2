/** Files of others: a pipe or a device may never answer or never end, and a file may be larger than it can be. Only regular ones are read, to a limit. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { patiently } from './passing-failures.js';
import { readRange } from './read-range.js';

/** Bytes: more than any configuration, description or list has. */
const largestText = 2 ** 26;

/** @throws UserError when it is no regular file; the system's error. */
export async function openRegular(path: string): Promise<FileHandle> {
  // a pipe without a writer is not waited for
  const file = await patiently(() => open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  try {
    const status = await patiently(() => file.stat());
    if (status.isDirectory())
      throw Object.assign(new Error(`EISDIR: it is a folder, '${path}'`), { code: 'EISDIR', syscall: 'read', path });
    if (!status.isFile())
      throw new UserError(`Cannot read ${path}: it is a pipe or a device, not a regular file. Save its content in a file.`);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @param most bytes; a larger file is not read at all. @throws UserError when it is larger or no regular file; the system's error. */
export async function readRegular(path: string, most = largestText): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    const { size } = await patiently(() => file.stat());
    if (size > most)
      throw new UserError(`Cannot read ${path}: it has ${mebibytes(size)} MiB, and no such file has more than ${mebibytes(most)}.`);
    return await readRange(file, Buffer.alloc(size), 0, path);
  } finally {
    await file.close();
  }
}

/** The same as text. */
export async function readRegularText(path: string, most = largestText): Promise<string> {
  return (await readRegular(path, most)).toString('utf8');
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
