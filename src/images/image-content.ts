/** The content of an image file, from a path or from memory: errors of the system are kept apart from those of decoders. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { systemCodeOf, UserError } from '../support/errors.js';
import { systemReason } from '../support/files/file-errors.js';
import { isPassing, PassingError, patiently as untilItPasses } from '../support/files/passing-failures.js';

/** A path, or the bytes of an image file. */
export type ImageSource = string | Uint8Array;

/** Bytes that can be read in parts. */
export interface ImageContent {
  readonly length: number;
  /** Present for a regular file. */
  readonly path?: string;
  /** The bytes from `start` on, fewer than `length` where the content ends. */
  read(start: number, length: number): Promise<Uint8Array>;
  /** Everything. */
  all(): Promise<Uint8Array>;
}

/** Larger files are refused: no supported image has more bytes. */
export const maximumBytes = 2 ** 31 - 1;

/** Reading a pipe or device stops at this size, bytes, or after this silence, milliseconds. */
const mostFromPipe = 2 ** 29;
const longestSilence = 20_000;

/** The file is not there. */
export class MissingFileError extends UserError {}

/**
 * Opens the content, and closes it when `use` is done.
 * @throws UserError with only the reason: missing, a folder, empty, not permitted; PassingError when the file is not at fault.
 */
export async function withContent<T>(source: ImageSource, use: (content: ImageContent) => Promise<T>): Promise<T> {
  if (typeof source !== 'string') {
    if (source.length === 0) throw new UserError('it is empty');
    return use(inMemory(source));
  }
  const status = await patiently(() => stat(source));
  if (status.isDirectory()) throw new UserError('it is a folder, not a file');
  if (!status.isFile()) return use(inMemory(await readPipe(source, status.isFIFO())));
  if (status.size === 0) throw new UserError('the file is empty');
  if (status.size > maximumBytes)
    throw new UserError(`the file has ${Math.round(status.size / 2 ** 20)} MiB, more than any supported image`);
  const file = await patiently(() => open(source));
  try {
    return await use(inFile(source, file, status.size));
  } finally {
    await file.close();
  }
}

function inMemory(bytes: Uint8Array): ImageContent {
  return { length: bytes.length, read: async (start, length) => bytes.subarray(start, start + length), all: async () => bytes };
}

function inFile(path: string, file: FileHandle, size: number): ImageContent {
  const read = async (start: number, length: number): Promise<Uint8Array> => {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - start)));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await patiently(() => file.read(bytes, filled, bytes.length - filled, start + filled));
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  };
  return { length: size, path, read, all: () => read(0, size) };
}

/**
 * Reads without blocking: no one may ever write to it.
 * @param mayBegin true where nothing to read means that nobody writes yet; of a device such as /dev/null it is the end
 */
async function readPipe(path: string, mayBegin: boolean): Promise<Uint8Array> {
  const file = await patiently(() => open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  try {
    const chunks: Uint8Array[] = [];
    let [size, heard] = [0, Date.now()];
    while (Date.now() - heard < longestSilence) {
      const chunk = Buffer.alloc(2 ** 16);
      const count = await file.read(chunk, 0, chunk.length, null).then(
        ({ bytesRead }) => bytesRead,
        (error) => {
          if (systemCodeOf(error) === 'EAGAIN') return undefined;
          throw systemError(error);
        },
      );
      if (count === 0 && size > 0) return Buffer.concat(chunks, size);
      if (count === 0 && !mayBegin) throw new UserError('it is not a regular file, and empty');
      if (count) {
        heard = Date.now();
        chunks.push(chunk.subarray(0, count));
        size += count;
        if (size > mostFromPipe) throw new UserError(`it is not a regular file and does not end within ${mostFromPipe / 2 ** 20} MiB`);
      } else await wait(10);
    }
    throw new UserError(`it is not a regular file and sent nothing for ${longestSilence / 1000} s`);
  } finally {
    await file.close();
  }
}

/** Repeats a system call while its failure is one that passes. */
function patiently<T>(call: () => Promise<T>): Promise<T> {
  return untilItPasses(call).catch((error) => {
    throw systemError(error);
  });
}

function systemError(error: unknown): unknown {
  const code = systemCodeOf(error);
  if (code === undefined) return error;
  if (code === 'ENOENT') return new MissingFileError('no such file', { cause: error });
  const Kind = isPassing(error) ? PassingError : UserError;
  return new Kind(systemReason(error), { cause: error });
}
