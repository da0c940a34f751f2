/** Files in the folder of an earlier result that are no part of it stay when the folder is exchanged. */
import { constants } from 'node:fs';
import { access, copyFile, link, mkdir, readdir, readlink, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { stagingPrefix } from './staging.js';

/** With more files and folders than these, entries are exchanged one by one. */
const mostCarried = 256;

type IsReplaced = (name: string) => boolean;

/**
 * True for a folder that cannot be exchanged: another file system is mounted there, its parent cannot be written, somebody works in it, or it
 * holds much else.
 */
export async function mustStayInPlace(place: string, replaces: IsReplaced): Promise<boolean> {
  const own = await stat(place).catch(() => undefined);
  if (own === undefined) return false;
  const parent = await stat(dirname(place));
  const isMounted = own.dev !== parent.dev;
  const isWorkingFolder = !relative(place, process.cwd()).startsWith('..');
  const isFixed = await access(dirname(place), constants.W_OK).then(
    () => false,
    () => true,
  );
  return isMounted || isWorkingFolder || isFixed || (await countOthers(place, replaces)) > mostCarried;
}

/** Gives all other files of a folder a second name in its successor, and makes its other folders and links there. */
export async function carryOver(from: string, to: string, replaces: IsReplaced): Promise<void> {
  for (const name of await othersIn(from, replaces)) {
    const [old, path] = [join(from, name.name), join(to, name.name)];
    if (name.isDirectory()) {
      await mkdir(path);
      await carryOver(old, path, () => false);
    } else if (name.isSymbolicLink()) await symlink(await readlink(old), path);
    else await link(old, path).catch(() => copyFile(old, path));
  }
}

async function countOthers(folder: string, replaces: IsReplaced): Promise<number> {
  let count = 0;
  for (const entry of await othersIn(folder, replaces)) {
    const isPlain = entry.isFile() || entry.isSymbolicLink();
    // a pipe, a device: not to be made again
    if (!isPlain && !entry.isDirectory()) return Number.POSITIVE_INFINITY;
    count += isPlain ? 1 : 1 + (await countOthers(join(folder, entry.name), () => false));
    if (count > mostCarried) break;
  }
  return count;
}

async function othersIn(folder: string, replaces: IsReplaced) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter(({ name }) => !name.startsWith(stagingPrefix) && !replaces(name));
}
