/** The memory of the SIMD kernels: permanent tables, and the buffers of one call. */
import { UserError } from '../support/errors.js';
import { takePixels } from './pixel-buffers.js';
import { kernelMemory as memory } from './simd-kernels.js';

const pageBytes = 65536;
/** Kernels read and write whole vectors: up to this many bytes beyond the end of a buffer. */
const slack = 128;

/** The first free byte; permanent tables lie below it. */
let bottom = memory.buffer.byteLength;

/**
 * Stores a table for the life of the thread: call only at the top of a module.
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
  private top = bottom;

  /**
   * Memory of unknown content.
   * @throws UserError above 4 GiB, the limit of WebAssembly, or the memory of the machine
   */
  reserve(bytes: number): number {
    const pointer = this.top;
    this.top = alignedEnd(pointer, bytes);
    grow(this.top);
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

/** Runs synchronous work on an empty workspace, and frees everything it reserved. */
export function inWorkspace<Result>(work: (workspace: Workspace) => Result): Result {
  return work(new Workspace());
}

function alignedEnd(pointer: number, bytes: number): number {
  return Math.ceil((pointer + bytes + slack) / 16) * 16;
}

function grow(end: number): void {
  const missing = end - memory.buffer.byteLength;
  if (missing <= 0) return;
  try {
    memory.grow(Math.ceil(missing / pageBytes));
  } catch (cause) {
    throw new UserError('The image is too large: distorting it takes more than 4 GiB of memory. Reduce it, or use a part of it.', {
      cause,
    });
  }
}
