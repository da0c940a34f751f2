/** Arithmetic on tensors of the state, in place: in float32, rounded after every operation, the same on every machine. */
import { loadKernels } from '../support/load-kernels.js';

/** Those of `simd/`; pointers are byte offsets into their memory. */
interface Kernels {
  add(sum: number, values: number, count: number): void;
  sumOfSquares(values: number, count: number): number;
  adamw(
    parameter: number,
    first: number,
    second: number,
    gradient: number,
    count: number,
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
const kernelsIn = new WeakMap<ArrayBufferLike, Kernels>();

/** Kernels read and write whole vectors: what follows an array up to the next line of the cache is its own, and one line more. */
const lineBytes = 64;
const pageBytes = 2 ** 16;
/** Pointers have 32 bits. */
const largestMemory = 2 ** 32 - 2 * pageBytes;

/**
 * What an array takes in the memory of kernels, bytes. Arrays of whole pages that follow each other without that line get in each other's
 * way in the cache: an update of them takes a tenth longer.
 */
export function bytesInMemory(length: number): number {
  return (Math.ceil((4 * length) / lineBytes) + 1) * lineBytes;
}

/**
 * Arrays of zeros in one new memory of the kernels, which compute on what lies there and on nothing else: to copy it there and back would
 * take as long again.
 * @throws RangeError when they take more than 4 GiB.
 */
export function arraysInMemory(lengths: readonly number[]): Float32Array[] {
  const { kernels, memory } = loadKernels<Kernels>(new URL('kernels.wasm', import.meta.url));
  let end = memory.buffer.byteLength;
  const places = lengths.map((length) => {
    const place = end;
    end += bytesInMemory(length);
    return { place, length };
  });
  if (end > largestMemory)
    throw new RangeError(`${(end / 2 ** 30).toFixed(1)} GiB do not fit into one memory of 4 GiB: too large a tensor is trained`);
  memory.grow(Math.ceil(end / pageBytes) - memory.buffer.byteLength / pageBytes);
  kernelsIn.set(memory.buffer, kernels);
  return places.map(({ place, length }) => new Float32Array(memory.buffer, place, length));
}

/** Whether arrays lie in one memory of the kernels. */
export function areTogether(arrays: readonly (Float32Array | undefined)[]): boolean {
  const buffer = arrays[0]?.buffer;
  return buffer !== undefined && kernelsIn.has(buffer) && arrays.every((array) => array?.buffer === buffer);
}

/** @throws Error when arrays differ in length, or do not lie together. */
function kernelsOf(arrays: readonly Float32Array[]): Kernels {
  const { buffer, length } = arrays[0]!;
  if (arrays.some((array) => array.length !== length)) throw new RangeError(`arrays of ${arrays.map((array) => array.length)} values`);
  const kernels = kernelsIn.get(buffer);
  if (!kernels || !areTogether(arrays)) throw new Error('arrays that do not lie in one memory of the kernels');
  return kernels;
}

/** sum += values, wherever they lie */
export function addInto(sum: Float32Array, values: Float32Array): void {
  if (areTogether([sum, values])) kernelsOf([sum, values]).add(sum.byteOffset, values.byteOffset, sum.length);
  else for (let index = 0; index < sum.length; index++) sum[index]! += values[index]!;
}

/** Summed up in float64. */
export function sumOfSquares(values: Float32Array): number {
  return kernelsOf([values]).sumOfSquares(values.byteOffset, values.length);
}

/** What AdamW keeps of a parameter, and its gradient. */
export interface AdamWTensors {
  readonly parameter: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly gradient: Float32Array;
}

export interface AdamWFactors {
  readonly beta1: number;
  /** Of the gradient in the first moment. */
  readonly share1: number;
  readonly beta2: number;
  /** Of the squared gradient in the second moment. */
  readonly share2: number;
  readonly rate: number;
  /** Added to the root of the second moment. */
  readonly offset: number;
  /** What weight decay leaves of the parameter. */
  readonly kept: number;
  /** Smaller values of the gradient and the moments count as zero. */
  readonly smallestGradient: number;
  readonly smallestFirst: number;
  readonly smallestSecond: number;
}

/** m = beta1 m + share1 g, v = beta2 v + share2 (g g), p = kept p - (rate m) / (sqrt(v) + offset) */
export function adamwStep({ parameter, first, second, gradient }: AdamWTensors, factors: AdamWFactors): void {
  const { beta1, share1, beta2, share2, rate, offset, kept, smallestGradient, smallestFirst, smallestSecond } = factors;
  const arrays = [parameter, first, second, gradient] as const;
  const [p, m, v, g] = arrays.map(({ byteOffset }) => byteOffset) as [number, number, number, number];
  kernelsOf(arrays).adamw(
    ...([p, m, v, g, parameter.length, beta1, share1, beta2, share2, rate, offset, kept] as const),
    ...([smallestGradient, smallestFirst, smallestSecond] as const),
  );
}

/** average += share (values - average) */
export function moveAverage(average: Float32Array, values: Float32Array, share: number): void {
  kernelsOf([average, values]).moveAverage(average.byteOffset, values.byteOffset, average.length, share);
}
