/** Writes protobuf's wire format into memory of a known size: no array for every field. https://protobuf.dev/programming-guides/encoding */

/** The length of `WireWriter.varint`, bytes. */
export function varintLength(value: number | bigint): number {
  if (typeof value === 'number' && value >= 0) {
    let length = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
    return length;
  }
  let length = 1;
  for (let rest = BigInt.asUintN(64, BigInt(value)); rest >= 128n; rest >>= 7n) length++;
  return length;
}

export class WireWriter {
  readonly bytes: Buffer;
  private at = 0;

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafe(length);
  }

  /** Seven bits a byte, the lowest first; negative numbers as their two's complement of 64 bits. */
  varint(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) {
      let rest = value;
      for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest % 128) + 128;
      this.bytes[this.at++] = rest;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 128n; rest >>= 7n) this.bytes[this.at++] = Number(rest & 127n) + 128;
    this.bytes[this.at++] = Number(rest);
  }

  float(value: number): void {
    this.at = this.bytes.writeFloatLE(value, this.at);
  }

  double(value: number): void {
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  text(value: string): void {
    this.at += this.bytes.write(value, this.at);
  }

  content(value: Uint8Array): void {
    this.bytes.set(value, this.at);
    this.at += value.length;
  }
}
