/** Protobuf messages as tables of their fields: ONNX files and the records of TensorBoard need a few dozen of a format that is one page long. */
import { getHeapStatistics } from 'node:v8';
import { Reader, wireFields, wireTypes } from './wire-format.js';
import { varintLength, WireWriter } from './wire-writer.js';

/** `int` is any integer type, as a number, exact up to 2^53; `int64` the same as a BigInt; `float` and `double` have 4 and 8 bytes. */
type Kind = 'int' | 'int64' | 'float' | 'double' | 'string' | 'bytes' | MessageTable;

interface Field {
  readonly number: number;
  readonly kind: Kind;
  /** True for lists; numbers are written packed, and read both ways. */
  readonly repeated?: true;
}

/** Fields by name, in the order of their numbers. Fields that a table lacks are skipped. */
export interface MessageTable {
  readonly [name: string]: Field;
}

type ValueOf<K extends Kind> = K extends 'string'
  ? string
  : K extends 'bytes'
    ? Uint8Array
    : K extends 'int64'
      ? bigint
      : K extends MessageTable
        ? Message<K>
        : number;

/** A message of a table; a field that is absent has no property. */
export type Message<Table extends MessageTable> = {
  readonly [Name in keyof Table]?: Table[Name] extends { readonly repeated: true }
    ? readonly ValueOf<Table[Name]['kind']>[]
    : ValueOf<Table[Name]['kind']>;
};

/** What a message that is read takes of the heap, bytes, beside its numbers: a field, a message without fields. */
const fieldBytes = 64;
const messageBytes = 512;

/**
 * Reads a message; contents of `bytes` are views of the bytes given.
 * @param left of the heap, which ends the process where it is full: bytes of a file may stand for a hundred times as many
 * @throws Error when the bytes are no message of the table, or would take more than half of the heap.
 */
export function decodeMessage<Table extends MessageTable>(
  table: Table,
  bytes: Uint8Array,
  left = { bytes: getHeapStatistics().heap_size_limit / 2 },
): Message<Table> {
  const take = (taken: number): void => {
    left.bytes -= taken;
    if (left.bytes < 0) throw new Error('it has more numbers and parts outside of raw data than half of the heap of Node.js can hold');
  };
  take(messageBytes);
  const byNumber = new Map(Object.entries(table).map(([name, field]) => [field.number, { name, ...field }]));
  const message: Record<string, unknown> = {};
  const lists = new Map<string, unknown[]>();
  const parts = new Map<string, { kind: MessageTable; contents: Uint8Array[] }>();
  for (const { number, wireType, content } of wireFields(bytes)) {
    const field = byNumber.get(number);
    if (field === undefined) continue;
    const { name, kind, repeated } = field;
    take(fieldBytes);
    if (repeated) {
      const list = lists.get(name) ?? [];
      lists.set(name, list);
      if (wireType === wireTypes.bytes && isNumber(kind)) {
        // before they are read: of integers there is one a byte at most
        take(content.length * (kind === 'int64' ? 24 : kind === 'int' ? 8 : kind === 'float' ? 2 : 1));
        for (const value of packedNumbers(kind, content, name)) list.push(value);
      } else list.push(decodeValue(kind, wireType, content, name, left));
    } else if (typeof kind === 'object') {
      if (wireType !== wireTypes.bytes) throw new Error(`the field ${name} has the wire type ${wireType}`);
      const part = parts.get(name) ?? { kind, contents: [] };
      part.contents.push(content);
      parts.set(name, part);
    } else message[name] = decodeValue(kind, wireType, content, name, left);
  }
  // the parts of a message that comes several times are one
  for (const [name, { kind, contents }] of parts) {
    message[name] = decodeMessage(kind, contents.length === 1 ? contents[0]! : Buffer.concat(contents), left);
  }
  return { ...message, ...Object.fromEntries(lists) } as Message<Table>;
}

function decodeValue(kind: Kind, wireType: number, content: Uint8Array, name: string, left: { bytes: number }): unknown {
  if (wireType !== wireTypeOf(kind)) throw new Error(`the field ${name} has the wire type ${wireType}`);
  if (typeof kind === 'object') return decodeMessage(kind, content, left);
  if (kind === 'bytes') return content;
  if (kind === 'string') return Buffer.from(content.buffer, content.byteOffset, content.length).toString();
  return packedNumbers(kind, content, name)[0];
}

type NumberKind = Extract<Kind, 'int' | 'int64' | 'float' | 'double'>;

function isNumber(kind: Kind): kind is NumberKind {
  return kind === 'int' || kind === 'int64' || kind === 'float' || kind === 'double';
}

/** Numbers without anything between them; a copy, since they need not be aligned. */
function packedNumbers(kind: NumberKind, content: Uint8Array, name: string): ArrayLike<number | bigint> & Iterable<number | bigint> {
  if (kind === 'float' || kind === 'double') {
    const Numbers = kind === 'float' ? Float32Array : Float64Array;
    if (content.length % Numbers.BYTES_PER_ELEMENT !== 0) throw new Error(`the field ${name} ends within a number`);
    return new Numbers(new Uint8Array(content).buffer);
  }
  const values: (number | bigint)[] = [];
  for (const reader = new Reader(content); reader.at < content.length; ) {
    const value = BigInt.asIntN(64, reader.varint());
    values.push(kind === 'int64' ? value : Number(value));
  }
  return values;
}

function wireTypeOf(kind: Kind): number {
  if (kind === 'int' || kind === 'int64') return wireTypes.varint;
  return kind === 'float' ? wireTypes.fixed32 : kind === 'double' ? wireTypes.fixed64 : wireTypes.bytes;
}

/** The bytes of a message: fields in the order of the table, so that equal messages give equal bytes. */
export function encodeMessage<Table extends MessageTable>(table: Table, message: Message<Table>): Uint8Array {
  const lengths: number[] = [];
  const writer = new WireWriter(lengthOf(table, message, lengths));
  write(writer, table, message, lengths.values());
  return writer.bytes;
}

/** The fields of a table that a message has values for. */
function* fieldsOf(table: MessageTable, message: Message<MessageTable>): Generator<readonly [Field, readonly unknown[]], void> {
  const fields = fieldsOfTables.get(table) ?? Object.entries(table);
  fieldsOfTables.set(table, fields);
  for (const [name, field] of fields) {
    const value = message[name] as unknown;
    if (value === undefined) continue;
    const values = field.repeated ? (value as readonly unknown[]) : [value];
    if (values.length > 0) yield [field, values];
  }
}

const fieldsOfTables = new WeakMap<MessageTable, [string, Field][]>();

/** @param lengths takes the lengths of contents, in the order in which `write` needs them */
function lengthOf(table: MessageTable, message: Message<MessageTable>, lengths: number[]): number {
  let total = 0;
  for (const [{ number, kind, repeated }, values] of fieldsOf(table, message)) {
    const tag = varintLength(number * 8);
    if (isNumber(kind)) {
      const length = values.reduce<number>((sum, value) => sum + numberLength(kind, value as number | bigint), 0);
      if (repeated) lengths.push(length);
      total += tag + length + (repeated ? varintLength(length) : 0);
      continue;
    }
    for (const value of values) {
      const place = lengths.push(0) - 1;
      const length =
        typeof kind === 'object' ? lengthOf(kind, value as Message<MessageTable>, lengths) : Buffer.byteLength(value as string);
      lengths[place] = length;
      total += tag + varintLength(length) + length;
    }
  }
  return total;
}

function write(writer: WireWriter, table: MessageTable, message: Message<MessageTable>, lengths: Iterator<number>): void {
  const next = (): number => lengths.next().value as number;
  for (const [{ number, kind, repeated }, values] of fieldsOf(table, message)) {
    if (isNumber(kind)) {
      writer.varint(number * 8 + (repeated ? wireTypes.bytes : wireTypeOf(kind)));
      if (repeated) writer.varint(next());
      for (const value of values) writeNumber(writer, kind, value as number | bigint);
      continue;
    }
    for (const value of values) {
      writer.varint(number * 8 + wireTypes.bytes);
      writer.varint(next());
      if (typeof kind === 'object') write(writer, kind, value as Message<MessageTable>, lengths);
      else if (typeof value === 'string') writer.text(value);
      else writer.content(value as Uint8Array);
    }
  }
}

function numberLength(kind: NumberKind, value: number | bigint): number {
  return kind === 'float' ? 4 : kind === 'double' ? 8 : varintLength(value);
}

function writeNumber(writer: WireWriter, kind: NumberKind, value: number | bigint): void {
  if (kind === 'float') writer.float(Number(value));
  else if (kind === 'double') writer.double(Number(value));
  else writer.varint(value);
}
