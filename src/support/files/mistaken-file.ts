/** Names the files that are given in the place of a model: what failed downloads leave, and models of other programs. */
import { open } from 'node:fs/promises';

/** What files of other programs have, as Latin-1, and at which byte. */
const others: readonly (readonly [at: number, text: string, it: string])[] = [
  [0, 'GGUF', 'it is a model of llama.cpp (GGUF)'],
  [0, '\x89HDF', 'it is an HDF5 file, as Keras writes them'],
  [4, 'TFL3', 'it is a model of TensorFlow Lite'],
  [0, '\x93NUMPY', 'it is an array of NumPy'],
  ...['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'].map(
    (text) => [0, text, 'it is a pickle of Python, as PyTorch and Paddle write them'] as const,
  ),
  [6, '\0\0{', 'it is a file of safetensors, which holds weights alone'],
  ...['\xff\xd8\xff', '\x89PNG', 'GIF8'].map((text) => [0, text, 'it is a picture'] as const),
  [0, '\0'.repeat(8), 'it begins with zeros, as an interrupted download leaves them. Copy it again'],
];

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
  return others.find(([at, other]) => text.startsWith(other, at))?.[2];
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
