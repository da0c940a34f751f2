/** Folders for files that go again, in the system's folder for them: the next one clears those of killed processes. */
import { mkdtemp, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from './file-errors.js';
import { lockFolder } from './folder-lock.js';
import type { OwnerLock } from './owner-lock.js';
import { judgeOwner, ownerOf } from './owner-name.js';
import { beginUnfinished } from './unfinished.js';

/** Milliseconds. */
const timeToLock = 60_000;

export interface ScratchFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * @param name begins the names of such folders, which other programs may be given: plain letters.
 * @throws UserError when the system's folder for temporary files cannot be written.
 */
export async function openScratch(name: string): Promise<ScratchFolder> {
  const prefix = `antonym-${name}-`;
  await clearScratch(prefix);
  let path: string;
  try {
    path = await mkdtemp(join(tmpdir(), prefix));
  } catch (error) {
    throw notWritable(error);
  }
  const begun = beginUnfinished(path);
  let lock: OwnerLock;
  try {
    lock = await lockFolder(path, `The folder ${path}`);
  } catch (error) {
    begun();
    await rm(path, { recursive: true, force: true }).catch(() => {});
    throw notWritable(error);
  }
  return {
    path,
    async remove() {
      begun();
      await rm(path, { recursive: true, force: true });
      await lock.release();
    },
  };
}

function notWritable(error: unknown): unknown {
  return fileError('write to the folder for temporary files', tmpdir(), error);
}

async function clearScratch(prefix: string): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    const files = await readdir(folder).catch(() => undefined);
    const lock = files?.find((file) => ownerOf(file, 'lock.') !== undefined);
    if (files?.length === 0) {
      // A living process locks a new one at once.
      const age = Date.now() - ((await stat(folder).catch(() => undefined))?.ctimeMs ?? Date.now());
      if (age > timeToLock) await rmdir(folder).catch(() => {});
    } else if (lock !== undefined && (await judgeOwner(join(folder, lock), lock, ownerOf(lock, 'lock.')!)) === 'dead') {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
  }
}
