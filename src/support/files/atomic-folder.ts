/** Folders of results that are either whole or absent, and that replace an earlier result in one step. */
import { lstat, mkdir, readdir, realpath, rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { systemCodeOf, UserError } from '../errors.js';
import { carryOver, mustStayInPlace } from './carry-over.js';
import { fileError } from './file-errors.js';
import { makeFolder } from './make-folder.js';
import { clearStagings, openStaging, type Staging, stagingPrefix } from './staging.js';

export interface ResultFolder {
  readonly path: string;
  /**
   * Names that a result consists of: an earlier one is replaced, and what else is in its folder stays. Without it, only an empty folder is
   * replaced.
   */
  readonly replaces?: (name: string) => boolean;
}

/** The result is the whole folder: all of an earlier one goes. */
export const everything = (): boolean => true;

/**
 * Writes a folder so that a half-written one never appears under its name. Creates missing parent folders.
 * @param fill writes the content into a given folder, which becomes the result at the end. When it fails, nothing has changed.
 * @throws UserError when another process writes it, or something that is not replaced is in its place; whatever `fill` throws.
 */
export async function writeFolderAtomically<Result>(
  folder: string | ResultFolder,
  fill: (folder: string) => Promise<Result>,
): Promise<Result> {
  const { path, ...rest } = typeof folder === 'string' ? { path: folder } : folder;
  await requireFolder(path, rest.replaces);
  return withParents(path, async (place) => {
    const staging = (await mustStayInPlace(place, rest.replaces ?? everything))
      ? openInside(path, place, rest.replaces)
      : openBeside([{ path: place, ...rest }], path);
    return fillAndCommit(await staging, ([only]) => fill(only!));
  });
}

/**
 * Writes folders beside each other, which belong together, as `writeFolderAtomically`: after a crash they are all old or all new, once the next
 * command has looked into their parent folder.
 * @param fill is given a folder for each, in their order
 */
export async function writeFoldersAtomically<Result>(
  folders: readonly [ResultFolder, ...ResultFolder[]],
  fill: (folders: readonly string[]) => Promise<Result>,
): Promise<Result> {
  for (const { path, replaces } of folders) await requireFolder(path, replaces);
  return withParents(folders[0].path, async (place) => {
    const parent = dirname(place);
    const placed = folders.map((folder) => ({ ...folder, path: join(parent, basename(folder.path)) }));
    return fillAndCommit(await openBeside(placed, folders[0].path), fill);
  });
}

/**
 * Does something while nobody else exchanges a folder, which may not exist.
 * @throws UserError when another process writes it; whatever `work` throws.
 */
export async function holdFolder<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  let staging: Staging;
  try {
    staging = await openStaging(dirname(resolve(path)), basename(path), `The folder ${path}`);
  } catch (error) {
    throw fileError('write', path, error);
  }
  try {
    return await work();
  } finally {
    await staging.discard();
  }
}

interface OpenFolders {
  readonly folders: readonly string[];
  commit(): Promise<void>;
  discard(): Promise<void>;
}

async function fillAndCommit<Result>(
  { folders, commit, discard }: OpenFolders,
  fill: (folders: readonly string[]) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await fill(folders);
    await commit();
    return result;
  } catch (error) {
    await discard();
    throw error;
  }
}

async function openBeside(folders: readonly ResultFolder[], name: string): Promise<OpenFolders> {
  const [first] = folders;
  const { content, commit, discard } = await openStaging(dirname(first!.path), basename(first!.path), `The folder ${name}`);
  const inside = folders.map(({ path }) => join(content, basename(path)));
  try {
    for (const path of inside) await mkdir(path);
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    folders: inside,
    async commit() {
      for (const [index, { path, replaces }] of folders.entries()) if (replaces) await carryOver(path, inside[index]!, replaces);
      await commit([], first!.replaces !== undefined);
    },
    discard,
  };
}

/** For a folder that cannot be exchanged: its entries are, one after the other, by a plan. */
async function openInside(name: string, place: string, replaces: ResultFolder['replaces']): Promise<OpenFolders> {
  const { content, commit, discard } = await openStaging(place, '.', `The folder ${name}`);
  return {
    folders: [content],
    async commit() {
      const names = new Set(await readdir(content));
      const others = (await readdir(place)).filter((entry) => !entry.startsWith(stagingPrefix));
      if (replaces === undefined && others.length > 0) throw notFree(name);
      await commit(others.filter((entry) => replaces?.(entry) && !names.has(entry)));
    },
    discard,
  };
}

/** Makes the folders above a place; when the work fails, those that are empty go again. */
async function withParents<Result>(path: string, work: (place: string) => Promise<Result>): Promise<Result> {
  let created: string | undefined;
  const parent = dirname(resolve(path));
  try {
    created = await makeFolder(parent);
    return await work(await realpath(path).catch(async () => join(await realpath(parent), basename(resolve(path)))));
  } catch (error) {
    if (created !== undefined) await removeEmpty(parent, created);
    throw error instanceof Error && 'syscall' in error ? fileError('write', path, error) : error;
  }
}

async function removeEmpty(folder: string, highest: string): Promise<void> {
  for (let path = folder; !relative(highest, path).startsWith('..'); path = dirname(path)) {
    try {
      await rmdir(path);
    } catch {
      return;
    }
  }
}

async function requireFolder(path: string, replaces: ResultFolder['replaces']): Promise<void> {
  return replaces === undefined ? requireFreeFolder(path) : requireNoFile(path);
}

/**
 * Fails early, for commands that work for long before they write; clears what killed processes left beside the folder.
 * @throws UserError when something other than an empty folder is at `path`.
 */
export async function requireFreeFolder(path: string): Promise<void> {
  await clearStagings(dirname(path));
  if ((await namesAt(path)).length > 0) throw notFree(path);
}

/**
 * Fails early, for commands that work for long before they replace a result.
 * @throws UserError when a file is at `path`, or no folder can be.
 */
export async function requireNoFile(path: string): Promise<void> {
  await namesAt(path);
}

function notFree(path: string): UserError {
  return new UserError(`${path} already exists and is not empty: choose another folder or remove it.`);
}

/** The names in a folder, besides what processes left unfinished; none where there is none. */
async function namesAt(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).filter((name) => !name.startsWith(stagingPrefix));
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' && (await isLink(path)))
      throw new UserError(`${path} is a link to a folder that is not there: make the folder, or remove the link.`);
    if (code === 'ENOENT') return [];
    if (code !== 'ENOTDIR') throw fileError('write', path, error);
    throw new UserError(`${path} is a file, or a part of its path is, but a folder is to be written: choose another name.`);
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (status) => status.isSymbolicLink(),
    () => false,
  );
}
