/** Content reaches the disk before its name does. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { whenThereIsRoom } from './passing-failures.js';

/** Writes a new file and waits until it is on disk. */
export async function writeSynced(path: string, content: string): Promise<void> {
  const file = await whenThereIsRoom(() => open(path, 'w'));
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Waits until every file and folder below a folder, and the folder itself, are on disk. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await whenThereIsRoom(() => readdir(folder, { withFileTypes: true }))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncFile(path);
  }
  await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  // Windows flushes only what may be written.
  const file = await whenThereIsRoom(() => open(path, process.platform === 'win32' ? 'r+' : 'r'));
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names in a folder durable, where the system can (not on Windows). */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await whenThereIsRoom(() => open(path, 'r'));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
