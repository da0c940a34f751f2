/** The image files of a folder and its subfolders, in an order that is the same on every machine. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FileReference } from './image-reference.js';

/** Lower case; any case is accepted. */
export const imageExtensions: readonly string[] = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.avif', '.bmp'];

/**
 * Lists image files by extension, ordered by id (code units). Hidden files and folders are left out. Links are followed,
 * each folder being read once, so that links in a circle end; links to nothing are left out.
 * @throws the system's error when a folder cannot be read.
 */
export async function listImageFiles(folder: string): Promise<FileReference[]> {
  const files: FileReference[] = [];
  await collect(folder, '', new Set(), files);
  return files.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

async function collect(folder: string, prefix: string, visited: Set<string>, files: FileReference[]): Promise<void> {
  const real = await realpath(folder);
  if (visited.has(real)) return;
  visited.add(real);
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const id = prefix + entry.name;
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (target?.isDirectory()) await collect(path, `${id}/`, visited, files);
    else if (target?.isFile() && imageExtensions.includes(extname(entry.name).toLowerCase())) files.push({ kind: 'file', id, path });
  }
}
