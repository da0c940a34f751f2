/** Folders that take long to fill: an interrupted one is resumed, and a half-filled one never appears under its name. */
import { mkdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf, UserError } from '../errors.js';
import { writeFileAtomically } from './atomic-file.js';
import { requireFreeFolder } from './atomic-folder.js';
import { fileError } from './file-errors.js';
import { lockFolder } from './folder-lock.js';

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

const notesFolder = '.notes';
const configurationNote = 'configuration';

/**
 * Fills `<path>.partial`, and renames it to `path` when it is complete. If the process ends before that, the next call resumes.
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
  await requireFreeFolder(path);
  const partial = partialFolder(path);
  if (!(await canContinue(path, configuration))) {
    throw new UserError(`${partial} was begun with other options: choose another folder, or remove it.`);
  }
  let release: (() => Promise<void>) | undefined;
  try {
    await mkdir(join(partial, notesFolder), { recursive: true });
    release = await lockFolder(join(partial, notesFolder), partial);
    const notes = notesIn(partial);
    await notes.write(configurationNote, configuration);
    await fill(partial, notes);
    await rm(join(partial, notesFolder), { recursive: true });
    // Windows does not rename over an empty folder.
    await rmdir(path).catch(() => {});
    await rename(partial, path);
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? fileError('write', path, error) : error;
  } finally {
    await release?.();
  }
}

/** True when `<path>.partial` is missing or was begun with this configuration. */
export async function canContinue(path: string, configuration: object): Promise<boolean> {
  const partial = partialFolder(path);
  const begun = await notesIn(partial).read(configurationNote);
  if (begun !== undefined) return JSON.stringify(begun) === JSON.stringify(configuration);
  try {
    await requireFreeFolder(partial);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function notesIn(folder: string): Notes {
  const pathOf = (name: string): string => join(folder, notesFolder, `${name}.json`);
  return {
    async read(name) {
      try {
        return JSON.parse(await readFile(pathOf(name), 'utf8'));
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return undefined;
        throw error instanceof SyntaxError ? new UserError(`${pathOf(name)} is damaged: remove ${folder}.`) : error;
      }
    },
    async write(name, value) {
      await mkdir(join(folder, notesFolder), { recursive: true });
      await writeFileAtomically(pathOf(name), JSON.stringify(value));
    },
  };
}
