/** Writes a file of a folder of results that is being filled: it is flushed with the folder, and may be tried again. */
import { writeFile } from 'node:fs/promises';
import { whenThereIsRoom } from './passing-failures.js';

/** @throws the system's error */
export function writeContent(path: string, content: string | Uint8Array | readonly Uint8Array[]): Promise<void> {
  return whenThereIsRoom(() => writeFile(path, content));
}
