/** Whether a folder has an entry of a name, whatever it is: a link that leads nowhere counts. */
import { lstat } from 'node:fs/promises';
import { ofFile } from './passing-failures.js';

/** @throws PassingError when the machine is at fault that it cannot be told. */
export async function isThere(path: string): Promise<boolean> {
  return (await ofFile(path, (one) => lstat(one))) !== undefined;
}
