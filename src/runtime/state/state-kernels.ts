/** Memory in which tensors of the state lie together with the kernels that compute on them: to copy them there and back would take as long again. */
import { loadKernels } from '../../support/load-kernels.js';

/** Those of `simd/`; pointers are byte offsets into their memory. */
export interface StateKernels {
  add(sum: number, values: number, count: number): void;
  sumOfSquares(values: number, count: number, quarter: number): number;
  adamw(
    places: number,
    bytes: number,
    parameter: number,
    first: number,
    second: number,
    gradient: number,
    beta1: number,
    share1: number,
    beta2: number,
    share2: number,
    rate: number,
    offset: number,
    kept: number,
    smallestGradient: number,
    smallestFirst: number,
    smallestSecond: number,
  ): void;
  moveAverage(average: number, values: number, count: number, share: number): void;
}

/** By the memory that they compute in. */
const kernelsIn = new WeakMap<ArrayBufferLike, StateKernels>();

/** Kernels read and write whole vectors: what follows an array up to the next line of the cache is its own, and one line more. */
const lineBytes = 64;
const pageBytes = 2 ** 16;
/** Size of a part of memory, bytes; a group of arrays that needs more gets a larger part. */
const partBytes = 2 ** 30;
/** Pointers have 32 bits. */
const largestPart = 2 ** 32 - 2 * pageBytes;

/**
 * Arrays of zeros in new memory of the kernels, those of a group in one.
 * @param groups the lengths of each group's arrays
 * @throws RangeError when a group takes more than 4 GiB.
 */
export function arraysInMemory(groups: readonly (readonly number[])[]): Float32Array[][] {
  const parts: (readonly number[])[][] = [];
  let left = 0;
  for (const lengths of groups) {
    const bytes = lengths.reduce((sum, length) => sum + bytesOf(length), 0);
    if (bytes > largestPart) {
      const size = (bytes / 2 ** 30).toFixed(1);
      throw new RangeError(`${size} GiB do not fit into one memory of 4 GiB: too large a tensor is trained`);
    }
    if (bytes > left) {
      parts.push([]);
      left = Math.max(partBytes, bytes);
    }
    parts.at(-1)!.push(lengths);
    left -= bytes;
  }
  return parts.flatMap(newMemory);
}

function newMemory(groups: readonly (readonly number[])[]): Float32Array[][] {
  const { kernels, memory } = loadKernels<StateKernels>(new URL('kernels.wasm', import.meta.url));
  let end = memory.buffer.byteLength;
  const places = groups.map((lengths) =>
    lengths.map((length) => {
      const place = end;
      end += bytesOf(length);
      return { place, length };
    }),
  );
  memory.grow(Math.ceil(end / pageBytes) - memory.buffer.byteLength / pageBytes);
  kernelsIn.set(memory.buffer, kernels);
  return places.map((group) => group.map(({ place, length }) => new Float32Array(memory.buffer, place, length)));
}

/**
 * Bytes that an array takes. Arrays of whole pages that follow each other without a line between them get in each other's way in the cache: an
 * update of them takes a tenth longer.
 */
function bytesOf(length: number): number {
  return (Math.ceil((4 * length) / lineBytes) + 1) * lineBytes;
}

/** True when arrays lie in one memory of the kernels. */
export function areTogether(arrays: readonly (Float32Array | undefined)[]): boolean {
  const buffer = arrays[0]?.buffer;
  return buffer !== undefined && kernelsIn.has(buffer) && arrays.every((array) => array?.buffer === buffer);
}

/**
 * Those that compute on arrays of one length.
 * @throws Error when arrays differ in length, or do not lie together.
 */
export function kernelsOf(arrays: readonly Float32Array[]): StateKernels {
  const { buffer, length } = arrays[0]!;
  if (arrays.some((array) => array.length !== length)) throw new RangeError(`arrays of ${arrays.map((array) => array.length)} values`);
  const kernels = kernelsIn.get(buffer);
  if (!kernels || !areTogether(arrays)) throw new Error('arrays that do not lie in one memory of the kernels');
  return kernels;
}
