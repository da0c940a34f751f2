/** Folders that are either whole or absent: fill one beside the target, then rename it. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { systemCodeOf, UserError } from '../errors.js';
import { fileError } from './file-errors.js';

/**
 * Writes a folder so that a half-written one never appears under its name. Creates missing parent folders.
 * @param fill writes the content into a given folder, which becomes `path` at the end. When it fails, or
 * Ctrl-C or SIGTERM end the process, the folder is removed.
 * @throws UserError when something other than an empty folder is at `path`, before or after filling; whatever `fill` throws.
 */
export async function writeFolderAtomically(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const target = resolve(path);
  await requireFreeFolder(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  const interrupted = (signal: NodeJS.Signals): void => {
    rmSync(temporary, { recursive: true, force: true });
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    await mkdir(temporary, { recursive: true });
    await fill(temporary);
    await requireFreeFolder(path);
    // Windows does not rename over an empty folder.
    await rmdir(target).catch(() => {});
    await rename(temporary, target);
  } catch (error) {
    // Writes still under way when another one fails may add a file after its removal.
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
    throw error instanceof Error && 'syscall' in error ? fileError('write', path, error) : error;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

/**
 * Fails early, for commands that work for long before they write.
 * @throws UserError when something other than an empty folder is at `path`.
 */
export async function requireFreeFolder(path: string): Promise<void> {
  try {
    if ((await readdir(path)).length > 0)
      throw new UserError(`${path} already exists and is not empty: choose another folder or remove it.`);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT') return;
    if (code !== 'ENOTDIR') throw error;
    throw new UserError(`${path} is a file, or a part of its path is, but a folder is to be written: choose another name.`);
  }
}
