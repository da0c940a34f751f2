/** The bytes of a file as yauzl asks for them: positions that an archive claims are checked before anything is read. */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';
import { readRange } from '../files/read-range.js';

const pieceBytes = 2 ** 16;

export class ZipReader extends RandomAccessReader {
  /** @param size of the file, bytes */
  constructor(
    private readonly file: FileHandle,
    readonly size: number,
    private readonly path: string,
  ) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, read?: number) => void,
  ): void {
    if (position + length > this.size) callback(new Error(`bytes ${position} to ${position + length} lie outside of the file`));
    else
      readRange(this.file, buffer.subarray(offset, offset + length), position, this.path).then(
        () => callback(null, length),
        (error: Error) => callback(error),
      );
  }

  /** A stream of the file itself would close it at its end. */
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.pieces(start, end));
  }

  private async *pieces(start: number, end: number): AsyncIterable<Buffer> {
    for (let at = start; at < end; at += pieceBytes) yield await this.bytes(at, Math.min(pieceBytes, end - at));
  }

  /** Bytes of the file, as a promise. */
  bytes(position: number, length: number): Promise<Buffer> {
    return readRange(this.file, Buffer.alloc(length), position, this.path);
  }
}
