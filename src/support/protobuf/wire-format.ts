/** The wire format of protobuf messages: numbered fields, one after the other. https://protobuf.dev/programming-guides/encoding */

import { varintLength, WireWriter } from './wire-writer.js';

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A field as it lies in a message. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** Without number and length. */
  readonly content: Uint8Array;
  /** With them. */
  readonly whole: Uint8Array;
}

/**
 * The fields of a message, in their order: views of its bytes.
 * @throws Error when the bytes are no message.
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField, void> {
  const reader = new Reader(bytes);
  while (reader.at < bytes.length) {
    const start = reader.at;
    const tag = Number(reader.varint());
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    const contentStart = reader.at;
    let content: Uint8Array;
    if (wireType === wireTypes.bytes) content = reader.take(Number(reader.varint()));
    else if (wireType === wireTypes.fixed64) content = reader.take(8);
    else if (wireType === wireTypes.fixed32) content = reader.take(4);
    else if (wireType === wireTypes.varint) {
      reader.varint();
      content = bytes.subarray(contentStart, reader.at);
    } else throw new Error(`a field has the wire type ${wireType}, which is none`);
    if (number === 0) throw new Error('a field has the number 0, which is none');
    yield { number, wireType, content, whole: bytes.subarray(start, reader.at) };
  }
}

/** Reads the content of fields from the front. */
export class Reader {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw cutOff();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Unsigned, of 64 bits. */
  varint(): bigint {
    let [low, shift] = [0, 0];
    // numbers of at most 28 bits, as almost all are, without BigInt
    for (; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 127) << shift;
      if (byte < 128) return BigInt(low);
    }
    let value = BigInt(low);
    for (; shift < 70; shift += 7) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << BigInt(shift);
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new Error('an integer has more than ten bytes');
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw cutOff();
    return byte;
  }
}

function cutOff(): Error {
  return new Error('it ends within a field');
}

/**
 * A field of bytes or of a message from pieces: a large content need not be copied into its message.
 * @param pieces its content, one after the other
 */
export function field(number: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const length = pieces.reduce((total, piece) => total + piece.byteLength, 0);
  return [varint(number * 8 + wireTypes.bytes), varint(length), ...pieces];
}

/** See `WireWriter.varint`. */
function varint(value: number): Uint8Array {
  const writer = new WireWriter(varintLength(value));
  writer.varint(value);
  return writer.bytes;
}
