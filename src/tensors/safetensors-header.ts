/** The header of a safetensors file: names, types and places of tensors. https://huggingface.co/docs/safetensors#format */
import { counted } from '../support/counted.js';
import { UserError } from '../support/errors.js';
import { findDuplicateKey } from '../support/options/json-duplicate-key.js';
import { type StoredType, storedBytes } from './stored-types.js';
import { elementArrays, elementCount, type TensorData } from './tensor-data.js';

/** The reference implementation refuses longer headers too. */
export const longestHeader = 100_000_000;

const codes = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<StoredType, string>;
const storedTypes = new Map<unknown, StoredType>(Object.entries(codes).map(([type, code]) => [code, type as StoredType]));

/** One tensor of a file; `start` and `end` are byte offsets into the data section. */
export interface TensorEntry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of the data section. */
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Lays tensors out one after the other, wide elements first and then by name, so that each is aligned without gaps and equal
 * tensors give equal bytes.
 */
export function layOutTensors(tensors: ReadonlyMap<string, TensorData>): TensorEntry[] {
  const width = (tensor: TensorData) => elementArrays[tensor.dataType].BYTES_PER_ELEMENT;
  const sorted = [...tensors].sort(([nameA, a], [nameB, b]) => width(b) - width(a) || (nameA < nameB ? -1 : 1));
  let end = 0;
  return sorted.map(([name, { dataType, shape, data }]) => {
    const start = end;
    end += data.byteLength;
    return { name, type: dataType, shape, start, end };
  });
}

/** The first bytes of a file: the length of the header, and the header padded to a multiple of 8 so that the data is aligned. */
export function encodeHeader({ entries, metadata }: SafetensorsHeader): Uint8Array {
  const fields: [string, unknown][] = entries.map(({ name, type, shape, start, end }) => [
    name,
    { dtype: codes[type], shape, data_offsets: [start, end] },
  ]);
  const strings = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (strings.length > 0) fields.unshift(['__metadata__', Object.fromEntries(strings)]);
  // Built field by field: an object would reorder names that look like numbers.
  const json = Buffer.from(`{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(8 + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length));
  json.copy(bytes, 8);
  return bytes;
}

/**
 * Reads an untrusted header. Every tensor must have a known type and a size that follows from its shape, and
 * together they must fill the data section without overlaps or gaps.
 * @throws UserError that starts with `file` and names the tensor, the expected and the received value.
 */
export function parseHeader(json: string, dataLength: number, file: string): SafetensorsHeader {
  const fail = (problem: string): never => {
    throw new UserError(`${file} is not a usable safetensors file: ${problem}.`);
  };
  const fields = parseFields(json) ?? fail('its header is not a JSON object');
  const duplicate = findDuplicateKey(json);
  if (duplicate !== undefined) fail(`its header has the name ${JSON.stringify(duplicate)} twice`);

  const metadata = fields.__metadata__ ?? {};
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    fail('its "__metadata__" must be an object of strings');
  }
  const entries = Object.entries(fields)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => parseEntry(name, value, (problem) => fail(`tensor ${JSON.stringify(name)} ${problem}`)))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.start !== end) {
      fail(
        `tensor ${JSON.stringify(entry.name)} must start at byte ${end} of the data, where the one before it ends, but starts at ${entry.start}`,
      );
    }
    end = entry.end;
  }
  if (end !== dataLength)
    fail(`its tensors take ${counted(end, 'byte')}, but ${counted(dataLength, 'byte follows', 'bytes follow')} the header`);
  return { entries, metadata: metadata as Record<string, string> };
}

function parseEntry(name: string, value: unknown, fail: (problem: string) => never): TensorEntry {
  if (!isObject(value)) return fail('must be an object');
  const { dtype, shape, data_offsets: offsets } = value;
  const type =
    storedTypes.get(dtype) ?? fail(`has the type ${JSON.stringify(dtype)}, but known types are ${[...storedTypes.keys()].join(', ')}`);
  if (!isListOfSizes(shape)) return fail(`must have a shape of whole numbers, but received ${JSON.stringify(shape)}`);
  if (!isListOfSizes(offsets) || offsets.length !== 2) return fail(`must have two data offsets, but received ${JSON.stringify(offsets)}`);
  const [start, end] = offsets as [number, number];
  const bytes = elementCount(shape) * storedBytes[type];
  if (end - start !== bytes)
    fail(`of type ${dtype} and shape [${shape.join(', ')}] must take ${counted(bytes, 'byte')}, but takes ${end - start}`);
  return { name, type, shape, start, end };
}

function parseFields(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
