/** Fields of protobuf messages that are put together from pieces: a large one need not be copied into its message. */

/**
 * A field of bytes or of a message. https://protobuf.dev/programming-guides/encoding
 * @param number of the field, 1 to 15
 * @param pieces its content, one after the other
 */
export function field(number: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const lengthDelimited = 2;
  const length = pieces.reduce((total, piece) => total + piece.byteLength, 0);
  return [Uint8Array.of((number << 3) | lengthDelimited, ...varint(length)), ...pieces];
}

/** Seven bits a byte, the lowest first; lengths of files exceed 32 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
