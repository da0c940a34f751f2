/** Reads a file from its beginning in pieces; a failure that passes, such as of a network drive for a second, interrupts nothing. */
import { open } from 'node:fs/promises';
import { patiently } from './passing-failures.js';

/**
 * @param start bytes that are left out
 * @param most bytes of a piece
 * @throws the system's error
 */
export async function* readChunks(path: string, { start = 0, most = 2 ** 18 } = {}): AsyncGenerator<Buffer> {
  const file = await patiently(() => open(path));
  try {
    for (let position = start; ; ) {
      const chunk = Buffer.allocUnsafe(most);
      // a pipe has no positions
      const { bytesRead } = await patiently(() => file.read(chunk, 0, most, start > 0 ? position : null));
      if (bytesRead === 0) return;
      position += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
