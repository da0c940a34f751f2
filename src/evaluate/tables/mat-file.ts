/**
 * Variables of MATLAB's files of version 5 to 7.2, as far as benchmarks need them: numbers, texts and lists of both. Written here
 * because the one library that reads them is under the GPL. Format: MathWorks, "MAT-File Format", 2019.
 */
import { inflateSync } from 'node:zlib';
import { asSentence, messageOf, UserError } from '../../support/errors.js';
import { readBounded } from './read-bounded.js';

/** An array of numbers, column by column, a text, or a cell array. */
export type MatValue = readonly number[] | string | readonly MatValue[];

const dataTypes = { int8: 1, uint8: 2, int16: 3, uint16: 4, int32: 5, uint32: 6, single: 7, double: 9, int64: 12, uint64: 13 };
const [matrixType, compressedType] = [14, 15];
const complexBit = 0x0800;
const classes = { cell: 1, char: 4, firstNumeric: 6, lastNumeric: 15 };

/** Limits of all compressed variables together, bytes, of all numbers and cells, and of cells inside cells: more is no list of opinions. */
const largestContent = 2 ** 26;
const mostValues = 5_000_000;
const deepest = 8;

/** Reads a file: see `parseMatFile`. @throws UserError also when it cannot be read. */
export async function readMatFile(path: string): Promise<ReadonlyMap<string, MatValue>> {
  return parseMatFile(await readBounded(path), path);
}

/**
 * The variables of a file by name; those of other kinds (structures, objects, sparse arrays) are left out.
 * @param path for messages
 * @throws UserError when the file is of another version, or is damaged.
 */
export function parseMatFile(bytes: Buffer, path: string): ReadonlyMap<string, MatValue> {
  // a file of MATLAB has 512 bytes of its own before the signature of HDF5
  if ([0, 512].some((at) => bytes.subarray(at + 1, at + 4).toString('latin1') === 'HDF')) {
    throw new UserError(`${path} is a MATLAB file of version 7.3, which is not read: save it with save(..., '-v7').`);
  }
  const order = bytes.subarray(126, 128).toString('latin1');
  if (bytes.length < 128 || (order !== 'IM' && order !== 'MI')) throw new UserError(`${path} is not a MATLAB file of version 5 to 7.2.`);
  const variables = new Map<string, MatValue>();
  try {
    const reader = new Reader(bytes, order === 'IM', { values: 0 });
    let inflated = 0;
    for (let at = 128; at + 8 <= bytes.length; ) {
      const element = reader.element(at);
      at = element.next;
      let own = { reader, element };
      if (element.type === compressedType) {
        const content = inflateSync(element.data, { maxOutputLength: Math.max(1, largestContent - inflated) });
        inflated += content.length;
        own = reader.inside(content);
      }
      if (own.element.type !== matrixType) continue;
      const { name, value } = own.reader.matrix(own.element.data, 0);
      if (value === undefined) continue;
      if (variables.has(name)) throw new Error(`it has two variables ${JSON.stringify(name.slice(0, 40))}`);
      variables.set(name, value);
    }
  } catch (error) {
    throw new UserError(`${path} is damaged: ${asSentence(messageOf(error))}`);
  }
  return variables;
}

interface Element {
  readonly type: number;
  readonly data: Buffer;
  /** Offset of the next element. */
  readonly next: number;
}

class Reader {
  private readonly bytes: Buffer;
  private readonly littleEndian: boolean;
  /** Numbers and cells so far, in the whole file. */
  private readonly count: { values: number };

  constructor(bytes: Buffer, littleEndian: boolean, count: { values: number }) {
    this.bytes = bytes;
    this.littleEndian = littleEndian;
    this.count = count;
  }

  /** The first element of inflated bytes. */
  inside(bytes: Buffer): { reader: Reader; element: Element } {
    const reader = new Reader(bytes, this.littleEndian, this.count);
    return { reader, element: reader.element(0) };
  }

  element(at: number): Element {
    const [first, second] = [this.uint32(at), this.uint32(at + 4)];
    // Up to four bytes stand in the tag itself.
    const small = first >>> 16;
    if (small > 0) return { type: first & 0xffff, data: this.slice(at + 4, Math.min(small, 4)), next: at + 8 };
    const end = at + 8 + second;
    const padded = first === compressedType ? end : end + ((8 - (end % 8)) % 8);
    return { type: first, data: this.slice(at + 8, second), next: padded };
  }

  matrix(data: Buffer, depth: number): { name: string; value: MatValue | undefined } {
    // A matrix without content is an empty array.
    if (data.length === 0) return { name: '', value: [] };
    if (depth > deepest) throw new Error(`cells are nested more than ${deepest} deep`);
    const inner = new Reader(data, this.littleEndian, this.count);
    const flags = inner.element(0);
    const flagBits = inner.numbers(flags)[0]!;
    const kind = flagBits & 0xff;
    const dimensions = inner.element(flags.next);
    const name = inner.element(dimensions.next);
    const sizes = inner.numbers(dimensions);
    if (sizes.some((size) => size < 0)) throw new Error(`an array has the size ${sizes.slice(0, 8).join(' x ')}`);
    if (flagBits & complexBit) throw new Error(`the variable ${JSON.stringify(name.data.toString('latin1', 0, 40))} has imaginary parts`);
    const count = sizes.reduce((product, size) => product * size, 1);
    const value = inner.content(kind, count, name.next, depth);
    return { name: name.data.toString('latin1'), value };
  }

  private content(kind: number, count: number, start: number, depth: number): MatValue | undefined {
    if (kind === classes.cell) {
      // Eight bytes at least stand for each.
      if (count * 8 > this.bytes.length) throw new Error(`${count} cells do not fit into it`);
      this.take(count);
      const cells: MatValue[] = [];
      for (let at = start; cells.length < count; ) {
        const element = this.element(at);
        at = element.next;
        cells.push(this.matrix(element.data, depth + 1).value ?? []);
      }
      return cells;
    }
    if (kind !== classes.char && (kind < classes.firstNumeric || kind > classes.lastNumeric)) return undefined;
    const values = count === 0 ? [] : this.numbers(this.element(start));
    if (values.length !== count) throw new Error(`an array of ${count} values has ${values.length}`);
    return kind === classes.char ? String.fromCharCode(...values.slice(0, 4096)) : values;
  }

  /** Numbers as stored, which may be in a smaller type than the array's. UTF-8 and UTF-16 are read as units. */
  private numbers({ type, data }: Element): number[] {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const little = this.littleEndian;
    const read = (size: number, get: (at: number) => number): number[] => {
      const length = Math.floor(data.length / size);
      this.take(length);
      return Array.from({ length }, (_, index) => get(index * size));
    };
    switch (type) {
      case dataTypes.int8:
        return read(1, (at) => view.getInt8(at));
      case dataTypes.uint8:
      case 16:
        return read(1, (at) => view.getUint8(at));
      case dataTypes.int16:
        return read(2, (at) => view.getInt16(at, little));
      case dataTypes.uint16:
      case 17:
        return read(2, (at) => view.getUint16(at, little));
      case dataTypes.int32:
        return read(4, (at) => view.getInt32(at, little));
      case dataTypes.uint32:
        return read(4, (at) => view.getUint32(at, little));
      case dataTypes.single:
        return read(4, (at) => view.getFloat32(at, little));
      case dataTypes.double:
        return read(8, (at) => view.getFloat64(at, little));
      case dataTypes.int64:
        return read(8, (at) => Number(view.getBigInt64(at, little)));
      case dataTypes.uint64:
        return read(8, (at) => Number(view.getBigUint64(at, little)));
      default:
        throw new Error(`values of type ${type}`);
    }
  }

  private take(values: number): void {
    this.count.values += values;
    if (this.count.values > mostValues) throw new Error(`it has more than ${mostValues} values, more than any list of opinions`);
  }

  private uint32(at: number): number {
    if (at + 4 > this.bytes.length) throw new Error('it ends too early');
    return this.littleEndian ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  private slice(at: number, length: number): Buffer {
    if (at + length > this.bytes.length) throw new Error('it ends too early');
    return this.bytes.subarray(at, at + length);
  }
}
