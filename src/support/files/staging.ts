/**
 * The one way in which results reach their place: they are filled and flushed beside it, and come into it in one step.
 *
 * A staging folder is named after its process and locks what it is for. `new/` holds the new entries, `old/` what they replaced. An entry is
 * exchanged with the one in its place in one step; where the system cannot, the old one is moved aside first. Several entries that belong together
 * have a plan, written before the first of them moves: of a process that died in between, the next one completes the rest.
 */

import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { asSentence, systemCodeOf, UserError } from '../errors.js';
import { parseSealed, sealJson } from '../sealed-json.js';
import { sha256Of } from '../sha256.js';
import { fileError } from './file-errors.js';
import { exchangePaths } from './libc.js';
import { makeFolder } from './make-folder.js';
import { takeLock } from './owner-lock.js';
import { judgeOwner, ownerOf } from './owner-name.js';
import { whenThereIsRoom } from './passing-failures.js';
import { syncFolder, syncTree, writeSynced } from './sync.js';
import { beginUnfinished } from './unfinished.js';

/** Names of staging folders and of unfinished files begin with it. */
export const stagingPrefix = '.antonym-staging.';

const planName = 'plan.json';

/** Entries of the staging folder's parent, as they will be. */
interface Plan {
  /** Inode of the new entry of each name: tells if it is in its place. */
  readonly placed: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
}

export interface Staging {
  /** Folder of the new entries. */
  readonly content: string;
  /**
   * Puts all entries of `content` into their place, replaces those of their names, and ends the staging.
   * @param removed names that go
   * @param replaces false to fail with `ENOTEMPTY` where something else is in the place of a single folder
   */
  commit(removed?: readonly string[], replaces?: boolean): Promise<void>;
  /** Removes all; nothing has changed. */
  discard(): Promise<void>;
}

/**
 * Opens a staging folder in a folder that exists; first completes or clears what dead processes left there.
 * @param key what is to be written: of one key, one is open at a time
 * @param name begins errors: `The folder out`
 * @throws UserError when another process writes it; the system's error when the folder cannot be written.
 */
export async function openStaging(folder: string, key: string, name: string): Promise<Staging> {
  await clearStagings(folder);
  const digest = sha256Of(key).slice(0, 8);
  const lock = await takeLock(folder, name, {
    prefix: `${stagingPrefix}${digest}.`,
    entry: 'folder',
    recover: (path) => recover(folder, path),
  });
  const content = join(lock.path, 'new');
  const begun = beginUnfinished(lock.path);
  const discard = async (): Promise<void> => {
    begun();
    await lock.release();
  };
  try {
    await whenThereIsRoom(() => mkdir(content));
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    content,
    async commit(removed = [], replaces = true) {
      await syncTree(lock.path);
      const names = await whenThereIsRoom(() => readdir(content));
      begun();
      if (names.length + removed.length > 1) {
        const inodes = names.map(async (entry) => [entry, String((await stat(join(content, entry), { bigint: true })).ino)] as const);
        const plan: Plan = { placed: Object.fromEntries(await Promise.all(inodes)), removed };
        await writeSynced(join(lock.path, `${planName}.part`), sealJson(plan));
        await whenThereIsRoom(() => rename(join(lock.path, `${planName}.part`), join(lock.path, planName)));
        await syncFolder(lock.path);
      }
      await carryOut(folder, lock.path, names, removed, replaces);
      await syncFolder(folder);
      // nothing is left to complete
      await rm(join(lock.path, planName), { force: true }).catch(() => {});
      await lock.release();
    },
    discard,
  };
}

/**
 * Completes or clears what dead processes left in a folder, and only that; a folder that cannot be read or changed stays as it is.
 * @throws UserError when that fails for another reason, such as a full disk.
 */
export async function clearStagings(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, key] = name.startsWith(stagingPrefix) ? (/^([\w-]+)\./.exec(name.slice(stagingPrefix.length)) ?? []) : [];
    const owner = key === undefined ? undefined : ownerOf(name, `${stagingPrefix}${key}.`);
    if (owner === undefined) continue;
    const path = join(folder, name);
    try {
      if ((await judgeOwner(path, name, owner)) !== 'dead') continue;
      await recover(folder, path);
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      // of somebody else, or on a disk that cannot be written: whoever can will clear it
      if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT'].includes(systemCodeOf(error) ?? '')) {
        throw fileError('complete or clear what a stopped process left in', folder, error);
      }
    }
  }
}

/** Completes what a dead process had begun to put into place. */
async function recover(folder: string, staging: string): Promise<void> {
  const plan = await readPlan(staging);
  if (plan !== undefined) {
    const waiting: string[] = [];
    for (const [name, inode] of Object.entries(plan.placed)) {
      const found = await stat(join(folder, name), { bigint: true }).catch(() => undefined);
      if (String(found?.ino) !== inode) waiting.push(name);
    }
    await carryOut(folder, staging, waiting, plan.removed, true);
  }
  for (const name of await namesIn(join(staging, 'old'))) {
    if (plan?.removed.includes(name) || (await exists(join(folder, name)))) continue;
    await rename(join(staging, 'old', name), join(folder, name));
  }
}

async function readPlan(staging: string): Promise<Plan | undefined> {
  const path = join(staging, planName);
  try {
    const plan = parseSealed(await readFile(path, 'utf8'));
    if (isPlan(plan)) return plan;
    throw new SyntaxError('it is not a list of names');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(
      `${path} is damaged: ${asSentence(error.message)} It lists the results that a stopped process was putting into place. ` +
        `Remove ${staging}, and repeat the command that was stopped.`,
    );
  }
}

/** A plan names entries of one folder, and has nothing else. */
function isPlan(json: unknown): json is Plan {
  const { placed, removed, ...others } = Object(json) as Partial<Plan>;
  if (Object.keys(others).length > 0 || !Array.isArray(removed)) return false;
  return typeof placed === 'object' && placed !== null && [...Object.keys(placed), ...removed].every(isName);
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && !['', '.', '..'].includes(name) && basename(name) === name;
}

async function carryOut(
  folder: string,
  staging: string,
  names: readonly string[],
  removed: readonly string[],
  replaces: boolean,
): Promise<void> {
  for (const name of names) await place(folder, staging, name, replaces);
  for (const name of removed) if (await exists(join(folder, name))) await moveAside(folder, staging, name);
}

async function place(folder: string, staging: string, name: string, replaces: boolean): Promise<void> {
  const [from, to] = [join(staging, 'new', name), join(folder, name)];
  // Windows does not rename over an empty folder.
  if (process.platform === 'win32') await rmdir(to).catch(() => {});
  try {
    // an empty folder is replaced, and so is a file by a file
    await whenThereIsRoom(() => rename(from, to));
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR', 'EISDIR'].includes(systemCodeOf(error) ?? '') || !(await exists(to))) throw error;
    if (!replaces) throw new UserError(`${to} already exists and is not empty: choose another folder or remove it.`);
    if (await exchangePaths(from, to)) return;
    await moveAside(folder, staging, name);
    await rename(from, to);
  }
}

async function moveAside(folder: string, staging: string, name: string): Promise<void> {
  await makeFolder(join(staging, 'old'));
  await rename(join(folder, name), join(staging, 'old', name));
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return [];
    throw error;
  }
}
