/** The SIMD kernels of `simd/`, compiled to WebAssembly, and the memory in which they work: one of each per thread. */
import { readFileSync } from 'node:fs';
import { takePixels } from './pixel-buffers.js';

/** Pointers are byte offsets into the memory; each kernel is described in its own file under `simd/`. */
export interface Kernels {
  widenBytes(source: number, target: number, length: number, rows: number, pitch: number): void;
  narrowRows(source: number, target: number, length: number, rows: number, pitch: number): void;
  lookUpBytes(source: number, target: number, count: number, table: number): void;
  mixWithCurve(source: number, target: number, count: number, curve: number): void;
  smoothColumns(
    source: number,
    target: number,
    line: number,
    width: number,
    height: number,
    channels: number,
    pitch: number,
    targetPitch: number,
    coefficients: number,
  ): void;
  labOfBytes(
    source: number,
    lightness: number,
    color: number,
    width: number,
    height: number,
    lightnessPitch: number,
    colorPitch: number,
    linearOfByte: number,
  ): void;
  bytesOfLab(
    lightness: number,
    color: number,
    target: number,
    width: number,
    height: number,
    lightnessPitch: number,
    colorPitch: number,
    byteOfLinear: number,
  ): void;
  scaleValues(values: number, count: number, factor: number): void;
  sharpen(values: number, smooth: number, count: number, amount: number): void;
  lookUpCurve(values: number, count: number, table: number, entries: number, scale: number): void;
  fillUniform(state: number, target: number, count: number): void;
  fillNormal(words: number, target: number, count: number, quantiles: number): void;
  addNoise(source: number, target: number, noise: number, count: number, scale: number): void;
  multiplyNoise(source: number, target: number, noise: number, count: number, scale: number): void;
  addYcbcrNoise(source: number, target: number, noise: number, pixels: number, scale: number): void;
  setImpulses(source: number, target: number, words: number, count: number, black: number, white: number): void;
  displace(source: number, target: number, field: number, width: number, height: number, deviation: number): void;
  saturate(source: number, target: number, pixels: number, factor: number): void;
  gradientLength(source: number, luma: number, target: number, width: number, height: number, pitch: number): void;
  percentileRange(values: number, width: number, height: number, pitch: number, counts: number, range: number): void;
  shiftGreen(
    source: number,
    target: number,
    mask: number,
    lines: number,
    width: number,
    height: number,
    pitch: number,
    shiftX: number,
    shiftY: number,
    low: number,
    high: number,
  ): void;
  spreadPixels(source: number, target: number, width: number, height: number, radius: number): void;
  correlateSparse(
    padded: number,
    target: number,
    width: number,
    height: number,
    radius: number,
    direct: number,
    directEnd: number,
    steps: number,
    stepsEnd: number,
    starts: number,
    startsEnd: number,
    scale: number,
  ): void;
}

/** The part of the platform's interface that is used here; Node.js's types leave it to the browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(new URL('kernels.wasm', import.meta.url))));
export const kernels = exports as unknown as Kernels;
const memory = exports.memory as { readonly buffer: ArrayBuffer; grow(pages: number): number };

const pageBytes = 65536;
/** Kernels read and write whole vectors: up to this much beyond the end of what they are given. */
const slack = 128;

/** The first free byte; tables that stay lie below it. */
let bottom = memory.buffer.byteLength;

/**
 * A table that stays for the life of the thread: call at the top of a module only.
 * @returns its pointer
 */
export function keepTable(table: Float32Array | Uint8Array): number {
  const pointer = bottom;
  bottom = alignedEnd(pointer, table.byteLength);
  grow(bottom);
  new Uint8Array(memory.buffer, pointer).set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
  return pointer;
}

/** Buffers of one call: see `inWorkspace`. */
export class Workspace {
  #top = bottom;

  /**
   * Memory of unknown content.
   * @throws RangeError when more than 4 GiB are in use: the most that WebAssembly can address
   */
  reserve(bytes: number): number {
    const pointer = this.#top;
    this.#top = alignedEnd(pointer, bytes);
    grow(this.#top);
    return pointer;
  }

  /** A copy of the bytes, or of the values' bytes. */
  load(values: Uint8Array | Float32Array | Uint32Array): number {
    const pointer = this.reserve(values.byteLength);
    new Uint8Array(memory.buffer, pointer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return pointer;
  }

  /** A copy of memory of this workspace. */
  copy(pointer: number, bytes: number): number {
    const target = this.reserve(bytes);
    new Uint8Array(memory.buffer).copyWithin(target, pointer, pointer + bytes);
    return target;
  }

  /** Copies bytes out. */
  bytes(pointer: number, count: number): Uint8Array<ArrayBuffer> {
    const copy = takePixels(count);
    copy.set(new Uint8Array(memory.buffer, pointer, count));
    return copy;
  }

  /** The values at a pointer: a view, valid until the next `reserve` or `load`. */
  floats(pointer: number, count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(memory.buffer, pointer, count);
  }
}

/** Runs work that does not wait for anything on an empty workspace: what it reserved is free again afterwards. */
export function inWorkspace<Result>(work: (workspace: Workspace) => Result): Result {
  return work(new Workspace());
}

function alignedEnd(pointer: number, bytes: number): number {
  return Math.ceil((pointer + bytes + slack) / 16) * 16;
}

function grow(end: number): void {
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}
