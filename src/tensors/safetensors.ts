/** Named tensors in safetensors files, which every machine-learning tool reads. https://huggingface.co/docs/safetensors */
import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { readRange } from '../support/files/read-range.js';
import { openRegular } from '../support/files/regular-file.js';
import { encodeHeader, layOutTensors, longestHeader, parseHeader, type SafetensorsHeader, type TensorEntry } from './safetensors-header.js';
import { type DataType, elementArrays, type TensorData } from './tensor-data.js';

/** The content of a file. */
export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The bytes of a file, in pieces to be written in order. The pieces after the first are views of the tensors, not
 * copies: the tensors must not change while they are written.
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsContent): Uint8Array[] {
  const entries = layOutTensors(tensors);
  const pieces = entries.map(({ name }) => {
    const { data } = tensors.get(name) as TensorData;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  });
  return [encodeHeader({ entries, metadata }), ...pieces];
}

/** An open file: its header, and the bytes of one tensor at a time. */
export interface SafetensorsFile extends SafetensorsHeader {
  /** @throws UserError when the file cannot be read. */
  read(entry: TensorEntry): Promise<ArrayBuffer>;
  close(): Promise<void>;
}

/**
 * Opens an untrusted file and reads its header.
 * @throws UserError when it cannot be read or breaks the format.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  let file: FileHandle | undefined;
  try {
    file = await openRegular(path);
    const { header, dataStart } = await readHeader(file, path);
    const handle = file;
    return {
      ...header,
      async read({ start, end }) {
        try {
          return (await readRange(handle, new Uint8Array(end - start), dataStart + start, path)).buffer;
        } catch (error) {
          throw fileError('read', path, error);
        }
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await file?.close();
    throw fileError('read', path, error);
  }
}

/**
 * Reads all tensors of an untrusted file, each straight into its own array: memory for the file's size, once.
 * @throws UserError when it cannot be read, breaks the format, or has a tensor of an unsupported type.
 */
export async function readSafetensors(path: string): Promise<SafetensorsContent> {
  const file = await openSafetensors(path);
  try {
    const tensors = new Map<string, TensorData>();
    for (const entry of file.entries) {
      const { name, type, shape } = entry;
      if (!isDataType(type)) throw new UserError(`Cannot read ${path}: tensor ${JSON.stringify(name)} has the unsupported type ${type}.`);
      tensors.set(name, { dataType: type, shape, data: new elementArrays[type](await file.read(entry)) });
    }
    return { tensors, metadata: file.metadata };
  } finally {
    await file.close();
  }
}

function isDataType(type: string): type is DataType {
  return Object.hasOwn(elementArrays, type) && type !== 'float16' && type !== 'int8';
}

async function readHeader(file: FileHandle, path: string): Promise<{ header: SafetensorsHeader; dataStart: number }> {
  const { size } = await file.stat();
  if (size < 8) throw new UserError(`${path} is not a usable safetensors file: it has ${size} bytes, fewer than the 8 it must start with.`);
  const length = Number((await readRange(file, Buffer.alloc(8), 0, path)).readBigUInt64LE());
  if (length > Math.min(longestHeader, size - 8)) {
    throw new UserError(
      `${path} is not a usable safetensors file: it announces a header of ${length} bytes, but ` +
        (length > longestHeader ? `at most ${longestHeader} are allowed.` : `only ${size - 8} follow.`),
    );
  }
  const json = (await readRange(file, Buffer.alloc(length), 8, path)).toString('utf8');
  return { header: parseHeader(json, size - 8 - length, path), dataStart: 8 + length };
}
