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

/**
 * The state lies outside the kernels' memory, which could not hold that of a large model (4 GiB), and visits it in parts of so many
 * values: four of them fit into the second-level cache of a core, so that copying costs little beside reading the state.
 */
const partLength = 8192;
const partBytes = 4 * partLength;
const partCount = 4;

const { kernels, memory } = loadKernels<Kernels>(new URL('kernels.wasm', import.meta.url));
const start = memory.buffer.byteLength;
memory.grow(Math.ceil((partCount * partBytes) / 65536));
const pointers = Array.from({ length: partCount }, (_, index) => start + index * partBytes) as [number, number, number, number];
const parts = pointers.map((pointer) => new Float32Array(memory.buffer, pointer, partLength));

/** sum += values */
export function addInto(sum: Float32Array, values: Float32Array): void {
  inParts([sum, values], 1, (count) => kernels.add(pointers[0], pointers[1], count));
}

/** Summed up in float64. */
export function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  inParts([values], 0, (count) => {
    parts[0]!.fill(0, count, count + 3);
    sum += kernels.sumOfSquares(pointers[0], count);
  });
  return sum;
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
  const [p, m, v, g] = pointers;
  inParts([parameter, first, second, gradient], 3, (count) => {
    kernels.adamw(
      ...([p, m, v, g, count, beta1, share1, beta2, share2, rate, offset, kept, smallestGradient, smallestFirst, smallestSecond] as const),
    );
  });
}

/** average += share (values - average) */
export function moveAverage(average: Float32Array, values: Float32Array, share: number): void {
  inParts([average, values], 1, (count) => kernels.moveAverage(pointers[0], pointers[1], count, share));
}

/** Calls a kernel for every part of arrays of one length; the first `changed` of them are written back. */
function inParts(arrays: readonly Float32Array[], changed: number, kernel: (count: number) => void): void {
  const { length } = arrays[0]!;
  if (arrays.some((array) => array.length !== length)) throw new RangeError(`arrays of ${arrays.map((array) => array.length)} values`);
  for (let first = 0; first < length; first += partLength) {
    const count = Math.min(partLength, length - first);
    for (const [index, array] of arrays.entries()) parts[index]!.set(array.subarray(first, first + count));
    kernel(count);
    for (let index = 0; index < changed; index++) arrays[index]!.set(parts[index]!.subarray(0, count), first);
  }
}
