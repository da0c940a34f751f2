/** ONNX Runtime's package without the libraries for other platforms: a quarter of its size. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';

export interface Removed {
  readonly folder: string;
  readonly bytes: number;
}

/**
 * Removes the libraries of all platforms but one.
 * @param folder `<platform>/<processor>` with libraries
 * @throws UserError when it has none for the platform, and before anything is removed.
 */
export async function pruneLibraries(folder: string, platform: string, dryRun: boolean): Promise<Removed[]> {
  const found: { readonly name: string; readonly path: string }[] = [];
  for (const system of (await readdir(folder)).sort())
    for (const processor of (await readdir(join(folder, system))).sort()) {
      found.push({ name: `${system}-${processor}`, path: join(folder, system, processor) });
    }
  if (!found.some(({ name }) => name === platform)) {
    throw new UserError(`${folder} has no libraries for ${platform}, only for ${found.map(({ name }) => name).join(', ')}.`);
  }
  const removed: Removed[] = [];
  for (const { name, path } of found) {
    if (name === platform) continue;
    removed.push({ folder: path, bytes: await bytesIn(path) });
    if (dryRun) continue;
    await rm(path, { recursive: true }).catch((error) => {
      throw fileError('remove', path, error);
    });
  }
  return removed;
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
