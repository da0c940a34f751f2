/** Content that the web platform and Node.js hand out before it is there: answers of servers, blobs, streams. */
import { isAnyArrayBuffer } from 'node:util/types';
import type { PendingContent } from './image-input.js';

/** Reading a stream stops at this size, bytes: no photograph has more. */
const mostFromStream = 2 ** 29;

export function isPending(input: unknown): input is PendingContent {
  if (typeof input !== 'object' || input === null) return false;
  return typeof (input as { arrayBuffer?: unknown }).arrayBuffer === 'function' || Symbol.asyncIterator in input;
}

/**
 * All of it. A stream that is too long or no stream of bytes is ended.
 * @throws Error in a few words
 */
export async function readPending(input: PendingContent): Promise<Uint8Array> {
  if ('arrayBuffer' in input) {
    const { ok, status } = input as { ok?: unknown; status?: unknown };
    if (ok === false) throw new Error(`the server answered with ${String(status)}`);
    const content = await input.arrayBuffer();
    if (!isAnyArrayBuffer(content)) throw new Error('arrayBuffer() gave no ArrayBuffer');
    return new Uint8Array(content);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input) {
    if (!ArrayBuffer.isView(chunk)) throw new Error('it is not a stream of bytes');
    size += chunk.byteLength;
    if (size > mostFromStream) throw new Error(`it does not end within ${mostFromStream / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
