/** Names the files that failed downloads leave in the place of a large one. */
import { open } from 'node:fs/promises';

/**
 * The kind of a file whose beginning shows that it is certainly no weights and no model, with what to do; undefined for all else.
 * @param beginning 64 bytes or so.
 */
export function mistakenFile(beginning: Uint8Array): string | undefined {
  const text = Buffer.from(beginning).toString('latin1');
  if (text.length === 0) return 'it is empty';
  if (text.startsWith('version https://git-lfs')) return 'it is a pointer of Git LFS, not the file that it points to. Run: git lfs pull';
  if (/^(\xef\xbb\xbf)?\s*</.test(text)) return 'it is a web page. Download the file itself';
  if (/^\s*[{[]/.test(text) && !text.includes('\0')) return 'it is JSON, perhaps the answer of a server. Download the file itself';
  if (text.startsWith('PK\x03\x04')) return 'it is a zip archive or a file of PyTorch';
  if (text.startsWith('\x1f\x8b')) return 'it is a gzip archive. Unpack it';
  return undefined;
}

/** `mistakenFile` of a file; undefined also where it cannot be read. */
export async function mistakenFileAt(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    const { buffer, bytesRead } = (await file?.read(Buffer.alloc(64), 0, 64, 0)) ?? { buffer: Buffer.alloc(0), bytesRead: -1 };
    return bytesRead < 0 ? undefined : mistakenFile(buffer.subarray(0, bytesRead));
  } finally {
    await file?.close();
  }
}
