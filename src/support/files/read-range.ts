/** Reads a range of a file in full: `read` alone may return fewer bytes than requested, and at most 2 GiB - 1 at once. */
import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { patiently } from './passing-failures.js';

const longestRead = 2 ** 30;

/**
 * Fills all of `bytes` from a position of the file.
 * @param path of the file, for the message
 * @returns `bytes`
 * @throws UserError when the file ends early.
 */
export async function readRange<Bytes extends Uint8Array>(file: FileHandle, bytes: Bytes, position: number, path: string): Promise<Bytes> {
  let filled = 0;
  while (filled < bytes.length) {
    const length = Math.min(longestRead, bytes.length - filled);
    const { bytesRead } = await patiently(() => file.read(bytes, filled, length, position + filled));
    if (bytesRead === 0) throw new UserError(`Cannot read ${path}: it became shorter while it was read.`);
    filled += bytesRead;
  }
  return bytes;
}
