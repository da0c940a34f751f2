/** Arithmetic on tensors of the state, in place: in float32, rounded after every operation, the same on every machine. */
import { areTogether, kernelsOf } from './state-kernels.js';

/** sum += values, wherever they lie */
export function addInto(sum: Float32Array, values: Float32Array): void {
  if (areTogether([sum, values])) kernelsOf([sum, values]).add(sum.byteOffset, values.byteOffset, sum.length);
  else for (let index = 0; index < sum.length; index++) sum[index]! += values[index]!;
}

/** Summed up in float64. */
export function sumOfSquares(values: Float32Array): number {
  return kernelsOf([values]).sumOfSquares(values.byteOffset, values.length, distance(values.byteLength / 4, 1024));
}

/**
 * The distance between the places where an array is read at once: in each the processor fetches ahead, up to the end of a page, and addresses
 * that differ by whole pages get in each other's way.
 * @param part bytes of the array over the number of places
 * @param offset in a page, bytes
 * @returns bytes, of whole vectors
 */
function distance(part: number, offset: number): number {
  const [page, vector] = [4096, 16];
  return part > 16 * page ? (Math.floor(part / page) - 1) * page + offset : Math.floor(part / vector) * vector;
}

/** A parameter with its gradient and AdamW's moments. */
export interface AdamWTensors {
  readonly parameter: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly gradient: Float32Array;
}

export interface AdamWFactors {
  readonly beta1: number;
  /** Share of the gradient in the first moment. */
  readonly share1: number;
  readonly beta2: number;
  /** Share of the squared gradient in the second moment. */
  readonly share2: number;
  readonly rate: number;
  /** Added to the root of the second moment. */
  readonly offset: number;
  /** Share of the parameter that weight decay leaves. */
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
  const kernels = kernelsOf(arrays);
  const half = distance(parameter.byteLength / 2, 2048);
  // two halves side by side, then what is left
  for (const [places, start, bytes] of [[2, 0, half] as const, [1, 2 * half, parameter.byteLength - 2 * half] as const]) {
    const [p, m, v, g] = arrays.map(({ byteOffset }) => byteOffset + start) as [number, number, number, number];
    kernels.adamw(
      ...([places, bytes, p, m, v, g, beta1, share1, beta2, share2, rate, offset, kept] as const),
      ...([smallestGradient, smallestFirst, smallestSecond] as const),
    );
  }
}

/** average += share (values - average) */
export function moveAverage(average: Float32Array, values: Float32Array, share: number): void {
  kernelsOf([average, values]).moveAverage(average.byteOffset, values.byteOffset, average.length, share);
}
