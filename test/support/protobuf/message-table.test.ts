/** Tables of messages against protobufjs, which has its own reader and writer. */
import fc from 'fast-check';
import protobuf from 'protobufjs/light.js';
import { describe, expect, test } from 'vitest';
import { decodeMessage, encodeMessage, type Message, type MessageTable } from '#antonym/support/protobuf/message-table.js';
import { field, wireFields } from '#antonym/support/protobuf/wire-format.js';

const inner = { name: { number: 1, kind: 'string' }, sizes: { number: 2, kind: 'int', repeated: true } } as const satisfies MessageTable;
const outer = {
  count: { number: 1, kind: 'int' },
  exact: { number: 2, kind: 'int64', repeated: true },
  share: { number: 3, kind: 'float' },
  shares: { number: 4, kind: 'float', repeated: true },
  doubles: { number: 5, kind: 'double', repeated: true },
  bytes: { number: 9, kind: 'bytes' },
  one: { number: 15, kind: inner },
  many: { number: 16, kind: inner, repeated: true },
  texts: { number: 2047, kind: 'string', repeated: true },
} as const satisfies MessageTable;

const types: Readonly<Record<string, string>> = {
  int: 'int64',
  int64: 'int64',
  float: 'float',
  double: 'double',
  string: 'string',
  bytes: 'bytes',
};
const root = new protobuf.Root();
const define = (name: string, table: MessageTable): protobuf.Type => {
  const type = new protobuf.Type(name);
  for (const [key, { number, kind, repeated }] of Object.entries(table)) {
    const own = new protobuf.Field(key, number, typeof kind === 'string' ? types[kind]! : 'Inner', repeated ? 'repeated' : 'optional');
    if (repeated && typeof kind === 'string' && !/string|bytes/.test(kind)) own.setOption('packed', true);
    type.add(own);
  }
  root.add(type);
  return type;
};
define('Inner', inner);
const oracle = define('Outer', outer);

/** protobufjs without the package `long` takes numbers of 64 bits as two halves. */
const halves = (value: bigint | number): object => {
  const bits = BigInt.asUintN(64, BigInt(value));
  return { low: Number(BigInt.asIntN(32, bits)), high: Number(BigInt.asIntN(32, bits >> 32n)), unsigned: false };
};
const forOracle = ({ count, exact, one, many, ...others }: Message<typeof outer>): Record<string, unknown> => {
  const innerOf = ({ name, sizes }: Message<typeof inner>): object => ({
    ...(name !== undefined && { name }),
    ...(sizes && { sizes: sizes.map(halves) }),
  });
  return {
    ...others,
    ...(count !== undefined && { count: halves(count) }),
    ...(exact && { exact: exact.map(halves) }),
    ...(one && { one: innerOf(one) }),
    ...(many && { many: many.map(innerOf) }),
  };
};

const float = fc.float({ noNaN: true });
const integer = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 300 }));
const text = fc.string({ unit: 'grapheme' });
const listOf = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(values, { minLength: 1, maxLength: 5 });
const innerMessage = fc.record({ name: text, sizes: listOf(integer) }, { requiredKeys: [] });
const message: fc.Arbitrary<Message<typeof outer>> = fc.record(
  {
    count: integer,
    exact: listOf(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    share: float,
    shares: listOf(float),
    doubles: listOf(fc.double({ noNaN: true })),
    // protobufjs leaves empty ones out
    bytes: fc.uint8Array({ minLength: 1 }),
    one: innerMessage,
    many: listOf(innerMessage),
    texts: listOf(text),
  },
  { requiredKeys: [] },
);

describe('a message', () => {
  test('is written as protobufjs writes it, and read as it was', () => {
    fc.assert(
      fc.property(message, (given) => {
        const bytes = encodeMessage(outer, given);
        expect(Buffer.from(bytes).equals(oracle.encode(oracle.fromObject(forOracle(given))).finish())).toBe(true);
        const read = decodeMessage(outer, bytes);
        expect({ ...read, ...(read.bytes && { bytes: new Uint8Array(read.bytes) }) }).toEqual(given);
      }),
    );
  });

  test('has lists of numbers packed or not, and parts of a message that come twice are one', () => {
    const pieces = [
      Uint8Array.of(0x10, 0x05),
      ...field(2, [Uint8Array.of(0x06, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)]),
      ...field(15, field(1, [Buffer.from('a')])),
      ...field(15, [Uint8Array.of(0x10, 0x07)]),
      // a field of no table
      ...field(3000, [new Uint8Array(9)]),
    ];
    expect(decodeMessage(outer, Buffer.concat(pieces))).toEqual({ exact: [5n, 6n, -1n], one: { name: 'a', sizes: [7] } });
  });

  test.each([
    ['cut off', [0x7a, 0x05, 0x0a], /ends within a field/],
    ['cut off in a number', [0x08, 0x80], /ends within a field/],
    ['cut off in a packed float', [0x22, 0x03, 0, 0, 0], /the field \w+ ends within a number/],
    ['cut off in a packed double', [0x2a, 0x01, 0], /the field \w+ ends within a number/],
    ['of another kind', [0x0d, 0, 0, 0, 0], /the field count has the wire type 5/],
    ['of a group', [0x0b], /the wire type 3/],
    ['with a number of eleven bytes', [0x08, ...Array(10).fill(0xff), 1], /more than ten bytes/],
    ['with a length beyond the file', [0x7a, ...Array(7).fill(0xff), 0x01], /ends within a field/],
    ['without a number', [0x02, 0x00], /the number 0/],
  ])('%s is refused', (_, bytes, reason) => {
    expect(() => decodeMessage(outer, Uint8Array.from(bytes))).toThrow(reason);
  });

  test.each([
    ['of many empty parts', Array<number[]>(200).fill([0x82, 0x01, 0x00]).flat()],
    ['of many integers', [0x12, 0x80, 0x04, ...Array<number>(512).fill(1)]],
    ['of many texts', Array<number[]>(200).fill([0xfa, 0x7f, 0x00]).flat()],
    ['in one that comes often', Array<number[]>(200).fill([0x7a, 0x03, 0x12, 0x01, 0x05]).flat()],
  ])('%s is refused where it would take more of the heap than it may', (_, bytes) => {
    const given = Uint8Array.from(bytes);
    expect(() => decodeMessage(outer, given, { bytes: 5000 })).toThrow(/more numbers and parts outside of raw data/);
    expect(decodeMessage(outer, given, { bytes: 500_000 })).toEqual(decodeMessage(outer, given));
  });

  test('gives its fields as they lie there', () => {
    fc.assert(
      fc.property(message, (given) => {
        const bytes = encodeMessage(outer, given);
        expect(Buffer.concat([...wireFields(bytes)].map(({ whole }) => whole)).equals(bytes)).toBe(true);
      }),
    );
  });

  test('of random bytes is one, or an Error says that it is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeMessage(outer, bytes);
        } catch (error) {
          expect((error as Error).message).toMatch(/field|integer/);
        }
      }),
    );
  });
});
