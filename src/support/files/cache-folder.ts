/** The folder of results that can be remade at any time. */

import { readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256Of } from '../sha256.js';

/** Antonym's part of the user's cache folder, as the system has it: `XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`. It may not exist. */
export function cacheFolder(
  platform: NodeJS.Platform = process.platform,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'antonym');
  if (platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'antonym', 'cache');
  return platform === 'darwin' ? join(homedir(), 'Library', 'Caches', 'antonym') : join(homedir(), '.cache', 'antonym');
}

/** The file of a cache's kind for a key of any length and content, in a cache folder. */
export function cacheFile(folder: string, kind: string, key: string): string {
  return join(folder, kind, `${sha256Of(key).slice(0, 32)}.json`);
}

/** Removes the files of a cache's folder that were used longest ago, beyond a number. @throws the system's error. */
export async function keepNewest(folder: string, count: number): Promise<void> {
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  if (paths.length <= count) return;
  const used = await Promise.all(paths.map(async (path) => ({ path, time: (await stat(path)).mtimeMs })));
  const oldest = used.sort((a, b) => b.time - a.time).slice(count);
  await Promise.all(oldest.map(({ path }) => rm(path, { force: true })));
}
