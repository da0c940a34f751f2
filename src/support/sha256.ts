/** The SHA-256 of content in memory; `files/file-digest.ts` has that of a file. */
import { createHash } from 'node:crypto';

/** @returns in hexadecimal; a text is hashed as UTF-8. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
