/** Folders are made with those above them, and where that fails the reason is the system's: Node.js calls a read-only file system a path that is not there. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemCodeOf } from '../errors.js';
import { whenThereIsRoom } from './passing-failures.js';

/** @returns the first folder that was made, undefined where all were there @throws Error of the system. */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await whenThereIsRoom(() => mkdir(path, { recursive: true }));
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    let missing = resolve(path);
    while (!existsSync(dirname(missing)) && dirname(missing) !== missing) missing = dirname(missing);
    // made by itself, it fails for the true reason; where it is there by now, the others are made
    await mkdir(missing).catch((reason) => {
      throw systemCodeOf(reason) === 'EEXIST' ? error : reason;
    });
    return (await mkdir(path, { recursive: true })) ?? missing;
  }
}
