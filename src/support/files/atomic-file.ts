/** Files that are either whole or absent: write beside the target, flush to disk, rename. */
import { closeSync } from 'node:fs';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { systemCodeOf, UserError } from '../errors.js';
import { makeFolder } from './make-folder.js';
import { holdForLife, ownName } from './owner-name.js';
import { whenThereIsRoom } from './passing-failures.js';
import { clearStagings, stagingPrefix } from './staging.js';
import { syncFolder } from './sync.js';
import { beginUnfinished } from './unfinished.js';

export type FileContent = string | Uint8Array | readonly Uint8Array[] | AsyncIterable<Uint8Array>;

let written = 0;
/** Folders in which this process has looked for what dead ones left. */
const cleared = new Set<string>();

/**
 * Writes a file so that a reader, a crash or a full disk never meets half of it: the old content (or no file) stays until
 * the new content is on disk. Creates missing folders. Chunks are written in order without joining them.
 * @param replaces false to fail where there is such a file already
 * @throws UserError where a device or a pipe has the name: the file would take its place; the system's error (`ENOSPC`, `EACCES`, ...), that of the chunks, or that of `clearStagings`; the temporary file is removed.
 */
export async function writeFileAtomically(path: string, content: FileContent, { replaces = true } = {}): Promise<void> {
  const folder = dirname(path);
  const before = await stat(path).catch(() => undefined);
  if (before && !before.isFile() && !before.isDirectory()) throw new UserError(`${path} is not a regular file: choose another name.`);
  await makeFolder(folder);
  if (!cleared.has(resolve(folder))) {
    cleared.add(resolve(folder));
    await clearStagings(folder);
  }
  const temporary = join(folder, await ownName(`${stagingPrefix}file-${threadId}-${++written}.`));
  const begun = beginUnfinished(temporary);
  let held: number | undefined;
  try {
    const file = await whenThereIsRoom(() => open(temporary, 'wx'));
    try {
      held = await holdForLife(temporary);
      const chunks = typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content;
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    if (replaces || !(await linkNew(temporary, path))) await whenThereIsRoom(() => rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  } finally {
    begun();
    if (held !== undefined) closeSync(held);
  }
  await syncFolder(folder);
}

/**
 * Gives a file a second name that is free, in one step, and takes the first away.
 * @returns false where the file system knows one name of a file only.
 */
async function linkNew(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw new UserError(`${path} already exists: choose another name or remove it.`);
    if (['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(systemCodeOf(error) ?? '')) return false;
    throw error;
  }
  await rm(temporary, { force: true }).catch(() => {});
  return true;
}
