/** Named tensors in a file that every machine-learning tool can read: safetensors. https://huggingface.co/docs/safetensors */
import { type FileHandle, open } from 'node:fs/promises';
import { elementArrays, elementCount, type TensorData } from '../runtime/tensor-data.js';
import { UserError } from '../support/errors.js';
import { fileError } from '../support/file-errors.js';
import { encodeHeader, layOutTensors, longestHeader, parseHeader, type TensorEntry } from './safetensors-header.js';

/** Node.js reads at most 2 GiB - 1 bytes at once. */
const longestRead = 2 ** 30;

export interface NamedTensors {
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The bytes of a file, in pieces to be written one after the other. The pieces after the first are views of the tensors, not
 * copies: the tensors must not change while they are written.
 */
export function encodeSafetensors({ tensors, metadata }: NamedTensors): Uint8Array[] {
  const entries = layOutTensors(tensors);
  const pieces = entries.map(({ name }) => {
    const { data } = tensors.get(name) as TensorData;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  });
  return [encodeHeader({ entries, metadata }), ...pieces];
}

/**
 * Reads a file that may come from anywhere, each tensor straight into its own array: memory for the file's size, once.
 * @throws UserError when it cannot be read or breaks the format.
 */
export async function readSafetensors(path: string): Promise<NamedTensors> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    if (size < 8)
      throw new UserError(`${path} is not a usable safetensors file: it has ${size} bytes, fewer than the 8 it must start with`);
    const headerLength = Number(Buffer.from((await readBytes(file, new Uint8Array(8), 0, path)).buffer).readBigUInt64LE());
    if (headerLength > Math.min(longestHeader, size - 8)) {
      throw new UserError(
        `${path} is not a usable safetensors file: it announces a header of ${headerLength} bytes, but ` +
          (headerLength > longestHeader ? `at most ${longestHeader} are allowed` : `only ${size - 8} follow`),
      );
    }
    const json = Buffer.from((await readBytes(file, new Uint8Array(headerLength), 8, path)).buffer).toString('utf8');
    const { entries, metadata } = parseHeader(json, size - 8 - headerLength, path);
    const tensors = new Map<string, TensorData>();
    for (const entry of entries) tensors.set(entry.name, await readTensor(file, entry, 8 + headerLength, path));
    return { tensors, metadata };
  } catch (error) {
    throw fileError('read', path, error);
  } finally {
    await file?.close();
  }
}

async function readTensor(file: FileHandle, { dataType, shape, start }: TensorEntry, dataStart: number, path: string): Promise<TensorData> {
  const data = new elementArrays[dataType](elementCount(shape));
  await readBytes(file, new Uint8Array(data.buffer), dataStart + start, path);
  return { dataType, shape, data };
}

/** Fills all of `bytes` from a position of the file. */
async function readBytes(
  file: FileHandle,
  bytes: Uint8Array<ArrayBuffer>,
  position: number,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, Math.min(longestRead, bytes.length - filled), position + filled);
    if (bytesRead === 0) throw new UserError(`cannot read ${path}: it became shorter while it was read`);
    filled += bytesRead;
  }
  return bytes;
}
