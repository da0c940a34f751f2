/** The SHA-256 of a file of any size. */
import { createHash } from 'node:crypto';
import { readChunks } from './read-chunks.js';

/** @returns in hexadecimal; a gigabyte takes a second or two. @throws the system's error. */
export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(path, { most: 2 ** 20 })) hash.update(chunk);
  return hash.digest('hex');
}
