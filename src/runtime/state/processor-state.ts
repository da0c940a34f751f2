/** The state in the processor's memory: calls overwrite it in place, and updates compute on it there. */

import { type DataType, elementArrays, elementCount, floatTensor, type TensorData } from '../../tensors/tensor-data.js';
import type { UpdatedState } from './adamw.js';
import { missingTensor, type SessionState } from './session-state.js';
import { addInto } from './state-arithmetic.js';
import { areTogether, arraysInMemory } from './state-kernels.js';

export class ProcessorState implements SessionState, UpdatedState {
  private readonly tensors = new Map<string, TensorData>();
  /** Memory that calls write their result of a name into: it is of no use until then. */
  private readonly places = new Map<string, TensorData[]>();

  get names(): Iterable<string> {
    return this.tensors.keys();
  }

  /** Undefined where there is none of that name. */
  tensor(name: string): TensorData | undefined {
    return this.tensors.get(name);
  }

  write(name: string, tensor: TensorData): void {
    const old = this.tensors.get(name);
    if (old && isKernels(old) && isAlike(old, tensor)) {
      (old.data as Float32Array).set(tensor.data as Float32Array);
    } else {
      this.delete(name);
      this.tensors.set(name, tensor);
    }
  }

  read(name: string): TensorData {
    const { dataType, shape, data } = this.existing(name);
    return { dataType, shape, data: data.slice() };
  }

  private existing(name: string): TensorData {
    const tensor = this.tensors.get(name);
    if (!tensor) throw missingTensor(name);
    return tensor;
  }

  /** A tensor for a call to write into, which `replace` or `add` then takes. */
  place(name: string, dataType: DataType, shape: readonly number[]): TensorData {
    const places = this.places.get(name) ?? [];
    this.places.set(name, places);
    const place = places.pop();
    return place && isAlike(place, { dataType, shape }) ? place : emptyTensor(dataType, shape);
  }

  /** Makes a tensor that a call has computed part of the state. */
  replace(name: string, tensor: TensorData): void {
    this.retire(name);
    this.tensors.set(name, tensor);
  }

  /** Adds a tensor that a call has computed to the one that is there. */
  add(name: string, tensor: TensorData): void {
    addInto(this.floats(name), tensor.data as Float32Array);
    this.reuse(name, tensor);
  }

  /** Takes a tensor out of the state; the next call that computes it writes into its memory. */
  retire(name: string): void {
    const tensor = this.tensors.get(name);
    this.tensors.delete(name);
    if (tensor) this.reuse(name, tensor);
  }

  private reuse(name: string, tensor: TensorData): void {
    const places = this.places.get(name);
    if (places) places.push(tensor);
    else release(tensor);
  }

  delete(name: string): void {
    const [tensor, places = []] = [this.tensors.get(name), this.places.get(name)];
    this.tensors.delete(name);
    this.places.delete(name);
    for (const freed of tensor ? [tensor, ...places] : places) release(freed);
  }

  floats(name: string): Float32Array {
    const data = this.tensors.get(name)?.data;
    if (!(data instanceof Float32Array)) throw new Error(`the state has no float32 tensor ${name}`);
    return data;
  }

  /**
   * @param copies how many places to keep ready for each tensor that is not there yet, as calls compute it: as large as the first of its
   * group
   */
  gather(groups: readonly (readonly string[])[], copies = 1): void {
    const apart = groups.filter((names) => !areTogether(names.map((name) => this.tensors.get(name)?.data as Float32Array | undefined)));
    const claims = apart.map((names) => names.flatMap((name) => this.claims(name, names[0]!, copies)));
    const arrays = arraysInMemory(claims.map((group) => group.map(({ length }) => length)));
    for (const [index, group] of claims.entries()) for (const [place, { take }] of group.entries()) take(arrays[index]![place]!);
  }

  private claims(name: string, first: string, copies: number): Claim[] {
    const tensor = this.tensors.get(name);
    if (tensor) {
      const move = (array: Float32Array): void => {
        array.set(this.floats(name));
        this.tensors.set(name, floatTensor(tensor.shape, array));
        release(tensor);
      };
      return [{ length: this.floats(name).length, take: move }];
    }
    const places: TensorData[] = [];
    this.places.set(name, places);
    const { shape, data } = this.existing(first);
    return Array.from({ length: copies }, () => ({ length: data.length, take: (array) => places.push(floatTensor(shape, array)) }));
  }
}

/** A need for memory of the kernels, and what is done with it. */
interface Claim {
  readonly length: number;
  readonly take: (array: Float32Array) => void;
}

function isKernels({ data }: TensorData): boolean {
  return data instanceof Float32Array && areTogether([data]);
}

function isAlike(a: Omit<TensorData, 'data'>, b: Omit<TensorData, 'data'>): boolean {
  return a.dataType === b.dataType && a.shape.join() === b.shape.join();
}

/** For a call to write into. */
export function emptyTensor(dataType: DataType, shape: readonly number[]): TensorData {
  return { dataType, shape, data: new elementArrays[dataType](elementCount(shape)) };
}

/** Buffers sent to a closed port leave this thread and arrive nowhere. */
const nowhere = new MessageChannel().port1;
nowhere.close();

/** Frees memory at once: for a model's gradients, waiting for the garbage collector would take as much again. */
function release({ data: { buffer, byteLength } }: TensorData): void {
  // a buffer with more in it belongs to other tensors too
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) nowhere.postMessage(undefined, [buffer]);
}
