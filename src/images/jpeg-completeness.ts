/**
 * Tells JPEG files with harmless flaws from those that lose pixels. libjpeg warns of both and keeps decoding, and its text is shared by
 * all threads; here the entropy-coded data is followed code by code (ITU-T T.81, annexes F and G) without making pixels.
 */
import type { HuffmanTable, JpegComponent, JpegFrame, JpegScan, JpegStructure } from './jpeg-structure.js';

/** The data ends early or is invalid. */
class Incomplete extends Error {}

/**
 * True when every coefficient of the picture is there: all blocks of all scans decode, restart markers come in their order, and
 * nothing but padding is left over.
 * @param structure a Huffman-coded picture of 8 bits, baseline, extended or progressive; the result is false for any other.
 */
export function isCompleteJpeg(bytes: Uint8Array, { frame, scans }: JpegStructure): boolean {
  if (frame === undefined || frame.kind > 2 || frame.precision !== 8 || frame.width === 0 || frame.height === 0) return false;
  if (frame.components.some(({ horizontal, vertical }) => horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4)) return false;
  const history = new Map<JpegComponent, Uint8Array>();
  const seen = new Set<JpegComponent>();
  try {
    for (const scan of scans) {
      followScan(bytes, frame, scan, history);
      for (const { component } of scan.components) if (frame.kind < 2 || scan.spectralStart === 0) seen.add(component);
    }
  } catch (error) {
    if (error instanceof Incomplete) return false;
    throw error;
  }
  return frame.components.length > 0 && seen.size === frame.components.length;
}

function followScan(bytes: Uint8Array, frame: JpegFrame, scan: JpegScan, history: Map<JpegComponent, Uint8Array>): void {
  const progressive = frame.kind === 2;
  const reader = new BitReader(bytes, scan.start);
  const [mostHorizontal, mostVertical] = [most(frame, 'horizontal'), most(frame, 'vertical')];
  const interleaved = scan.components.length > 1;
  const columns = Math.ceil(frame.width / (8 * mostHorizontal));
  const rows = Math.ceil(frame.height / (8 * mostVertical));
  const parts = scan.components.map(({ component, dc, ac }) => {
    const { horizontal, vertical } = component;
    const stride = columns * horizontal;
    // A scan of one component has only the blocks that its samples need (T.81, A.2.2).
    const own = {
      columns: Math.ceil(Math.ceil((frame.width * horizontal) / mostHorizontal) / 8),
      rows: Math.ceil(Math.ceil((frame.height * vertical) / mostVertical) / 8),
    };
    let nonZero = history.get(component);
    if (progressive && nonZero === undefined) {
      nonZero = new Uint8Array(stride * rows * vertical * 8);
      history.set(component, nonZero);
    }
    return { horizontal, vertical, stride, own, nonZero, dc: dc && new Decoder(dc), ac: ac && new Decoder(ac) };
  });
  const [only] = parts;
  if (only === undefined) throw new Incomplete();
  const across = interleaved ? columns : only.own.columns;
  const total = across * (interleaved ? rows : only.own.rows);
  let bandsLeft = 0;
  const block = (part: (typeof parts)[number], column: number, row: number): void => {
    if (!progressive) followSequential(reader, part.dc, part.ac);
    else if (scan.spectralStart === 0) followDc(reader, scan, part.dc);
    else bandsLeft = followBand(reader, scan, part.ac, part.nonZero!, (row * part.stride + column) * 8, bandsLeft);
  };
  for (let mcu = 0; mcu < total; mcu++) {
    if (scan.restartInterval > 0 && mcu > 0 && mcu % scan.restartInterval === 0) {
      reader.restart((mcu / scan.restartInterval - 1) % 8);
      bandsLeft = 0;
    }
    const [column, row] = [mcu % across, Math.floor(mcu / across)];
    if (!interleaved) block(only, column, row);
    else {
      for (const part of parts) {
        for (let y = 0; y < part.vertical; y++) {
          for (let x = 0; x < part.horizontal; x++) block(part, column * part.horizontal + x, row * part.vertical + y);
        }
      }
    }
  }
  reader.requireEnd();
}

function most({ components }: JpegFrame, side: 'horizontal' | 'vertical'): number {
  return components.reduce((largest, component) => Math.max(largest, component[side]), 1);
}

function followSequential(reader: BitReader, dc: Decoder | undefined, ac: Decoder | undefined): void {
  const size = reader.code(dc);
  if (size > 11) throw new Incomplete();
  reader.skip(size);
  for (let at = 1; at < 64; at++) {
    const symbol = reader.code(ac);
    const [run, bits] = [symbol >> 4, symbol & 15];
    if (bits === 0) {
      if (run !== 15) return;
      at += 15;
    } else {
      at += run;
      reader.skip(bits);
    }
    if (at > 63) throw new Incomplete();
  }
}

function followDc(reader: BitReader, { high }: JpegScan, dc: Decoder | undefined): void {
  const size = high > 0 ? 1 : reader.code(dc);
  if (size > 11) throw new Incomplete();
  reader.skip(size);
}

/** @returns the number of blocks still covered by a run of ended bands. @param from offset of the block's 64 bits of history, bytes */
function followBand(reader: BitReader, scan: JpegScan, ac: Decoder | undefined, nonZero: Uint8Array, from: number, left: number): number {
  const { spectralStart, spectralEnd, high } = scan;
  const isSet = (at: number): boolean => ((nonZero[from + (at >> 3)]! >> (at & 7)) & 1) === 1;
  const set = (at: number): void => {
    nonZero[from + (at >> 3)]! |= 1 << (at & 7);
  };
  const refine = (at: number): void => {
    for (let place = at; place <= spectralEnd; place++) if (isSet(place)) reader.skip(1);
  };
  if (left > 0) {
    if (high > 0) refine(spectralStart);
    return left - 1;
  }
  for (let at = spectralStart; at <= spectralEnd; at++) {
    const symbol = reader.code(ac);
    const [run, bits] = [symbol >> 4, symbol & 15];
    if (bits === 0 && run < 15) {
      const ended = (1 << run) + reader.bits(run);
      if (high > 0) refine(at);
      return ended - 1;
    }
    if (high === 0) {
      at += run;
      if (at > spectralEnd) throw new Incomplete();
      if (bits === 0) continue;
      reader.skip(bits);
      set(at);
      continue;
    }
    if (bits > 1) throw new Incomplete();
    if (bits === 1) reader.skip(1);
    let zeros = run;
    for (; at <= spectralEnd; at++) {
      if (isSet(at)) reader.skip(1);
      else if (zeros === 0) break;
      else zeros--;
    }
    if (bits === 1) {
      if (at > spectralEnd) throw new Incomplete();
      set(at);
    }
  }
  return 0;
}

/** Codes of a table by length (T.81, F.2.2.3). */
class Decoder {
  private readonly first = new Int32Array(17);
  private readonly offset = new Int32Array(17);
  private readonly counts: Uint8Array;
  private readonly values: Uint8Array;

  constructor({ counts, values }: HuffmanTable) {
    this.counts = counts;
    this.values = values;
    let [code, offset] = [0, 0];
    for (let length = 1; length <= 16; length++) {
      this.first[length] = code;
      this.offset[length] = offset;
      code = (code + counts[length - 1]!) << 1;
      offset += counts[length - 1]!;
    }
  }

  decode(reader: BitReader): number {
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | reader.bits(1);
      const place = code - this.first[length]!;
      if (place >= 0 && place < this.counts[length - 1]!) return this.values[this.offset[length]! + place]!;
    }
    throw new Incomplete();
  }
}

/** Reads the bits of entropy-coded data, first bit first, up to a marker. */
class BitReader {
  private readonly bytes: Uint8Array;
  private at: number;
  private byte = 0;
  private left = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.at = start;
  }

  code(decoder: Decoder | undefined): number {
    if (decoder === undefined) throw new Incomplete();
    return decoder.decode(this);
  }

  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++) {
      if (this.left === 0) this.next();
      this.left--;
      value = (value << 1) | ((this.byte >> this.left) & 1);
    }
    return value;
  }

  skip(count: number): void {
    this.bits(count);
  }

  /** Requires the restart marker with this number next. */
  restart(number: number): void {
    if (this.marker() !== 0xd0 + number) throw new Incomplete();
    this.at += 2;
    this.left = 0;
  }

  /** Requires a marker, or the end of the file, next. */
  requireEnd(): void {
    this.marker();
  }

  /** The code of the next marker, after any padding; undefined at the end of the file. */
  private marker(): number | undefined {
    for (;;) {
      const byte = this.bytes[this.at];
      const after = this.bytes[this.at + 1];
      if (byte === undefined || (byte === 0xff && after === undefined)) return undefined;
      if (byte === 0xff && after !== 0 && after !== 0xff) return after;
      if (byte !== 0 && byte !== 0xff) throw new Incomplete();
      this.at += byte === 0xff && after === 0 ? 2 : 1;
    }
  }

  private next(): void {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Incomplete();
    if (byte === 0xff) {
      if (this.bytes[this.at + 1] !== 0) throw new Incomplete();
      this.at++;
    }
    this.at++;
    this.byte = byte;
    this.left = 8;
  }
}
