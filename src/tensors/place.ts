/** Places of float32 arrays in memory, by which another thread computes on them without a copy. */
import { koffi } from '../support/koffi.js';

export interface Place {
  readonly address: bigint;
  /** Number of values. */
  readonly length: number;
}

/** The address of an array, until it is moved to another thread or collected as garbage. Memory of WebAssembly must not grow. */
export function placeOf(array: Float32Array): Place {
  return { address: koffi.address(array), length: array.length };
}

/** The array that lies at a place, without a copy: for as long as the place lasts. */
export function floatsAt({ address, length }: Place): Float32Array<ArrayBuffer> {
  return new Float32Array(koffi.view(address, length * Float32Array.BYTES_PER_ELEMENT));
}
