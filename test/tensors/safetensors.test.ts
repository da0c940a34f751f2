import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '#antonym/support/errors.js';
import { encodeSafetensors, readSafetensors } from '#antonym/tensors/safetensors.js';
import { parseHeader } from '#antonym/tensors/safetensors-header.js';
import { storedBytes } from '#antonym/tensors/stored-types.js';
import { type DataType, elementArrays, elementCount, type TensorData } from '#antonym/tensors/tensor-data.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const path = join(folder, 'a.safetensors');
/** See make_safetensors.py beside it. */
const fixture = fileURLToPath(new URL('golden/numpy.safetensors', import.meta.url));

/** Half precision and 8-bit weights are of exported models only. */
const exported: readonly DataType[] = ['float16', 'int8'];
const dataTypes = (Object.keys(elementArrays) as DataType[]).filter((type) => !exported.includes(type));
const tensor = fc.tuple(fc.constantFrom(...dataTypes), fc.array(fc.nat(4), { maxLength: 3 })).chain(([dataType, shape]) => {
  const length = elementCount(shape) * elementArrays[dataType].BYTES_PER_ELEMENT;
  return fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes): TensorData => ({ dataType, shape, data: new elementArrays[dataType](new Uint8Array(bytes).buffer) }));
});
const names = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__');
const file = fc.record({
  tensors: fc.array(fc.tuple(names, tensor), { maxLength: 6 }).map((pairs) => new Map(pairs)),
  metadata: fc.dictionary(fc.string(), fc.string()),
});

/** Bytes, so that NaN equals NaN and -0 differs from 0. */
const contentOf = (tensors: ReadonlyMap<string, TensorData>) =>
  [...tensors]
    .map(([name, { dataType, shape, data }]) => [name, dataType, shape, Buffer.from(data.buffer).toString('hex')])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));

describe('safetensors', () => {
  test('reads a file that numpy wrote', async () => {
    const { tensors, metadata } = await readSafetensors(fixture);
    expect(metadata).toEqual({ format: 'np', note: 'written by numpy' });
    expect(Object.fromEntries(tensors)).toEqual({
      zeta: { dataType: 'float32', shape: [2, 3], data: Float32Array.of(-1, -0.6, -0.2, 0.2, 0.6, 1) },
      alpha: { dataType: 'int64', shape: [3], data: BigInt64Array.of(2n ** 53n + 1n, -1n, 0n) },
      scalar: { dataType: 'float64', shape: [], data: Float64Array.of(Math.PI) },
      bytes: { dataType: 'uint8', shape: [5], data: Uint8Array.of(0, 1, 2, 3, 4) },
      mask: { dataType: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
      empty: { dataType: 'float32', shape: [0, 4], data: Float32Array.of() },
      'näme/1': { dataType: 'int32', shape: [2, 1], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
    });
  });

  test('what was written is read', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (content) => {
        await writeFile(path, Buffer.concat(encodeSafetensors(content)));
        const read = await readSafetensors(path);
        expect(contentOf(read.tensors)).toEqual(contentOf(content.tensors));
        expect({ ...read.metadata }).toEqual({ ...content.metadata });
      }),
      { numRuns: 60 },
    );
  });

  test('bytes depend on the content alone, and every tensor is aligned to its elements', () => {
    fc.assert(
      fc.property(file, ({ tensors, metadata }) => {
        const bytes = Buffer.concat(encodeSafetensors({ tensors, metadata }));
        const turned = { tensors: new Map([...tensors].reverse()), metadata: Object.fromEntries(Object.entries(metadata).reverse()) };
        expect(Buffer.concat(encodeSafetensors(turned)).equals(bytes)).toBe(true);
        const dataStart = 8 + Number(bytes.readBigUInt64LE());
        const { entries } = parseHeader(bytes.subarray(8, dataStart).toString(), bytes.length - dataStart, 'file');
        for (const { type, start } of entries) expect((dataStart + start) % storedBytes[type]).toBe(0);
      }),
    );
  });

  test('a view of a part of a buffer is written as that part', async () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    await writeFile(
      path,
      Buffer.concat(encodeSafetensors({ tensors: new Map([['a', { dataType: 'float32', shape: [2], data }]]), metadata: {} })),
    );
    expect((await readSafetensors(path)).tensors.get('a')?.data).toEqual(Float32Array.of(2, 3));
  });

  test.each<[string, string, number, RegExp]>([
    ['no JSON', '{"a"', 0, /not a JSON object/],
    ['a list', '[]', 0, /not a JSON object/],
    [
      'a name twice',
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
      1,
      /"a" twice/,
    ],
    ['metadata that is no string', '{"__metadata__":{"step":1}}', 0, /"__metadata__" must be an object of strings/],
    ['a number for a tensor', '{"a":1}', 0, /tensor "a" must be an object/],
    [
      'an unknown type',
      '{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}',
      1,
      /tensor "a" has the type "F4", but known types are F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL/,
    ],
    ['an inherited name as type', '{"a":{"dtype":"constructor","shape":[1],"data_offsets":[0,1]}}', 1, /has the type "constructor"/],
    ['a negative size', '{"a":{"dtype":"U8","shape":[-1,-1],"data_offsets":[0,1]}}', 1, /shape of whole numbers, but received \[-1,-1\]/],
    ['a fractional size', '{"a":{"dtype":"U8","shape":[0.5,2],"data_offsets":[0,1]}}', 1, /shape of whole numbers/],
    [
      'an overflowing shape',
      '{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}',
      0,
      /must take 18446744073709552000 bytes, but takes 0/,
    ],
    [
      'an infinite shape times nothing',
      `{"a":{"dtype":"U8","shape":[${Array(25).fill('9007199254740991')},0],"data_offsets":[0,0]}}`,
      0,
      /must take NaN bytes/,
    ],
    ['one offset', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}', 1, /two data offsets, but received \[0\]/],
    ['offsets backwards', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}', 1, /must take 1 byte, but takes -1/],
    [
      'a shape that does not fit',
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
      4,
      /of type F32 and shape \[2\] must take 8 bytes, but takes 4/,
    ],
    ['a gap', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', 2, /must start at byte 0 .* but starts at 1/],
    [
      'an overlap',
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      3,
      /tensor "b" must start at byte 2/,
    ],
    ['data left over', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 2, /tensors take 1 byte, but 2 bytes follow/],
    ['data missing', '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}', 1, /tensors take 2 bytes, but 1 byte follows/],
  ])('refuses %s', (_, json, dataLength, message) => {
    expect(() => parseHeader(json, dataLength, 'file')).toThrow(UserError);
    expect(() => parseHeader(json, dataLength, 'file')).toThrow(message);
  });

  test('refuses files that are too short, announce too much, are missing or are folders', async () => {
    const whole = await readFile(fixture);
    for (const length of [0, 7, 8, 100, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      await expect(readSafetensors(path)).rejects.toThrow(UserError);
    }
    const announced = Buffer.alloc(16);
    announced.writeBigUInt64LE(2n ** 40n);
    await writeFile(path, announced);
    await expect(readSafetensors(path)).rejects.toThrow(/announces a header of 1099511627776 bytes, but at most 100000000 are allowed/);
    await expect(readSafetensors(join(folder, 'missing'))).rejects.toThrow(/Cannot read .*missing: it does not exist/);
    await expect(readSafetensors(folder)).rejects.toThrow(/it is a folder, not a file/);
  });
});
