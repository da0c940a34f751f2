/** Protobuf messages as tables of their fields: ONNX files and the records of TensorBoard need a few dozen of a format that is one page long. */
import { field, Reader, varint, wireFields, wireTypes } from './wire-format.js';

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

/**
 * Reads a message; contents of `bytes` are views of the bytes given.
 * @throws Error when the bytes are no message of the table.
 */
export function decodeMessage<Table extends MessageTable>(table: Table, bytes: Uint8Array): Message<Table> {
  const byNumber = new Map(Object.entries(table).map(([name, field]) => [field.number, { name, ...field }]));
  const message: Record<string, unknown> = {};
  const lists = new Map<string, unknown[]>();
  const parts = new Map<string, Uint8Array>();
  for (const { number, wireType, content } of wireFields(bytes)) {
    const field = byNumber.get(number);
    if (field === undefined) continue;
    const { name, kind, repeated } = field;
    if (repeated) {
      const list = lists.get(name) ?? [];
      lists.set(name, list);
      if (wireType === wireTypes.bytes && isNumber(kind)) for (const value of packedNumbers(kind, content)) list.push(value);
      else list.push(decodeValue(kind, wireType, content, name));
    } else if (typeof kind === 'object') {
      // the parts of a message that comes several times are one
      const before = parts.get(name);
      const whole = before === undefined ? content : Buffer.concat([before, content]);
      parts.set(name, whole);
      message[name] = decodeValue(kind, wireType, whole, name);
    } else message[name] = decodeValue(kind, wireType, content, name);
  }
  return { ...message, ...Object.fromEntries(lists) } as Message<Table>;
}

function decodeValue(kind: Kind, wireType: number, content: Uint8Array, name: string): unknown {
  if (wireType !== wireTypeOf(kind)) throw new Error(`the field ${name} has the wire type ${wireType}`);
  if (typeof kind === 'object') return decodeMessage(kind, content);
  if (kind === 'bytes') return content;
  if (kind === 'string') return Buffer.from(content.buffer, content.byteOffset, content.length).toString();
  return packedNumbers(kind, content)[0];
}

type NumberKind = Extract<Kind, 'int' | 'int64' | 'float' | 'double'>;

function isNumber(kind: Kind): kind is NumberKind {
  return kind === 'int' || kind === 'int64' || kind === 'float' || kind === 'double';
}

/** Numbers without anything between them; a copy, since they need not be aligned. */
function packedNumbers(kind: NumberKind, content: Uint8Array): ArrayLike<number | bigint> & Iterable<number | bigint> {
  if (kind === 'float') return new Float32Array(new Uint8Array(content).buffer);
  if (kind === 'double') return new Float64Array(new Uint8Array(content).buffer);
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
  return Buffer.concat(
    Object.entries(table).flatMap(([name, { number, kind, repeated }]) => {
      const value = message[name] as unknown;
      if (value === undefined) return [];
      if (!repeated) return encodeField(number, kind, value);
      const list = value as readonly unknown[];
      if (list.length === 0) return [];
      if (isNumber(kind))
        return field(
          number,
          list.map((each) => numberBytes(kind, each as number | bigint)),
        );
      return list.flatMap((each) => encodeField(number, kind, each));
    }),
  );
}

function encodeField(number: number, kind: Kind, value: unknown): Uint8Array[] {
  if (isNumber(kind)) return [varint(number * 8 + wireTypeOf(kind)), numberBytes(kind, value as number | bigint)];
  if (typeof kind === 'object') return field(number, [encodeMessage(kind, value as Message<MessageTable>)]);
  return field(number, [kind === 'bytes' ? (value as Uint8Array) : Buffer.from(value as string)]);
}

function numberBytes(kind: NumberKind, value: number | bigint): Uint8Array {
  if (kind === 'float') return new Uint8Array(Float32Array.of(Number(value)).buffer);
  if (kind === 'double') return new Uint8Array(Float64Array.of(Number(value)).buffer);
  return varint(value);
}
