/**
 * Folders that take long to fill: an interrupted one is resumed, and a half-filled one never appears under its name.
 *
 * `<path>.partial` holds `content/`, which becomes the folder in one step, and `notes/`. One without `content` is of no use any more.
 */

import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeDifference } from '../describe-difference.js';
import { systemCodeOf, UserError } from '../errors.js';
import { jsonObjectOrEmpty } from '../json-object.js';
import { parseSealed, sealJson } from '../sealed-json.js';
import { writeFileAtomically } from './atomic-file.js';
import { requireFreeFolder } from './atomic-folder.js';
import { fileError } from './file-errors.js';
import { lockFolder } from './folder-lock.js';
import { makeFolder } from './make-folder.js';
import { patiently } from './passing-failures.js';
import { syncFolder, syncTree } from './sync.js';

/** Notes that an interrupted process leaves for the next one, as JSON; removed when the folder is complete. */
export interface Notes {
  /** The note of a name; undefined when there is none. */
  read(name: string): Promise<unknown>;
  write(name: string, value: unknown): Promise<void>;
}

/** The place where a folder is filled, beside its final one. */
export function partialFolder(path: string): string {
  return `${path}.partial`;
}

const configurationNote = 'configuration';
const [contentName, notesName] = ['content', 'notes'];

/**
 * Fills `<path>.partial/content`, and renames it to `path` when it is complete. If the process ends before that, the next call resumes.
 * @param configuration everything the content depends on, as JSON.
 * @param fill writes the missing files; the content must not depend on interruptions.
 * @throws UserError when something other than an empty folder is at `path`, or `<path>.partial` was begun with another configuration
 * or is being filled by another process; whatever `fill` throws.
 */
export async function writeFolderResumably(
  path: string,
  configuration: object,
  fill: (folder: string, notes: Notes) => Promise<void>,
): Promise<void> {
  const partial = partialFolder(path);
  const [content, notes] = [join(partial, contentName), notesIn(partial)];
  try {
    await makeFolder(partial);
    const lock = await lockFolder(partial, partial);
    try {
      await requireFreeFolder(path).catch(async (error) => {
        await clearFinished(partial);
        throw error;
      });
      const difference = await differenceTo(partial, configuration);
      if (difference !== undefined) throw new UserError(`${partial} ${difference}: choose another folder, or remove it.`);
      await notes.write(configurationNote, configuration);
      await makeFolder(content);
      await fill(content, notes);
      await syncTree(content);
      // Windows does not rename over an empty folder.
      await rmdir(path).catch(() => {});
      await rename(content, path);
      await syncFolder(dirname(path));
      await rm(join(partial, notesName), { recursive: true });
    } finally {
      await lock.release();
      // one that is complete, or in which nothing was begun
      await rmdir(partial).catch(() => {});
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? fileError('write', path, error) : error;
  }
}

/**
 * Clears what a process left that was killed after its folder was complete.
 * @throws UserError when something other than an empty folder is at `path`.
 */
export async function requireUnfinished(path: string): Promise<void> {
  try {
    await requireFreeFolder(path);
  } catch (error) {
    // where nothing can be cleared, why the folder is refused still tells more
    await clearLeft(partialFolder(path)).catch(() => {});
    throw error;
  }
}

async function clearLeft(partial: string): Promise<void> {
  const names = await namesIn(partial);
  if (!names.every(isOwn) || names.includes(contentName)) return;
  if (existsSync(partial)) {
    const lock = await lockFolder(partial, partial);
    await clearFinished(partial).finally(() => lock.release());
  }
  await rmdir(partial);
}

/** True for what is in a partial folder besides the content. */
function isOwn(name: string): boolean {
  return name === notesName || name.startsWith('lock.');
}

async function clearFinished(partial: string): Promise<void> {
  if (!existsSync(join(partial, contentName))) await rm(join(partial, notesName), { recursive: true, force: true });
}

/**
 * True when `<path>.partial` is missing or was begun with this configuration.
 * @throws UserError when it cannot be read.
 */
export async function canContinue(path: string, configuration: object): Promise<boolean> {
  const partial = partialFolder(path);
  try {
    return (await differenceTo(partial, configuration)) === undefined;
  } catch (error) {
    throw fileError('read', partial, error);
  }
}

/** Why a partial folder cannot be resumed with a configuration; undefined when it can, or there is none. */
async function differenceTo(partial: string, configuration: object): Promise<string | undefined> {
  const begun = await notesIn(partial).read(configurationNote);
  if (begun === undefined) {
    const others = (await namesIn(partial)).filter((name) => !isOwn(name));
    return others.length === 0 ? undefined : `holds other files, such as ${others[0]}`;
  }
  const difference = describeDifference(jsonObjectOrEmpty.parse(begun), JSON.parse(JSON.stringify(configuration)));
  return difference && `was begun with other options or images (${difference})`;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await patiently(() => readdir(folder));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function notesIn(folder: string): Notes {
  const pathOf = (name: string): string => join(folder, notesName, `${name}.json`);
  return {
    async read(name) {
      try {
        const note = parseSealed(await patiently(() => readFile(pathOf(name), 'utf8')));
        return Object(note).note ?? note;
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return undefined;
        throw error instanceof SyntaxError ? new UserError(`${pathOf(name)} is damaged: remove ${folder}.`) : error;
      }
    },
    write: (name, value) => writeFileAtomically(pathOf(name), sealJson({ note: value })),
  };
}
