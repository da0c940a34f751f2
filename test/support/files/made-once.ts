/** Makes a folder for the first test file that asks for it; the others find it made. */
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';

/**
 * @param name of the folder, one for each thing that is made.
 * @param make fills the folder that it is given.
 * @returns the folder, for reading only: other files read it, too.
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const whole = join(inject('sharedFolder'), name);
  const [making, failed] = [`${whole}.making`, `${whole}.failed`];
  if (existsSync(whole)) return whole;
  try {
    // fails for all but the first
    await mkdir(making);
  } catch {
    while (!existsSync(whole)) {
      if (existsSync(failed)) throw new Error(`Another test file could not make ${name}; it says why.`);
      await sleep(20);
    }
    return whole;
  }
  try {
    await make(making);
  } catch (error) {
    await writeFile(failed, '');
    throw error;
  }
  await rename(making, whole);
  return whole;
}
