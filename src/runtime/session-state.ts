/** The tensors that stay with the sessions between calls; here those in the processor's memory. */
import { Tensor } from 'onnxruntime-node';
import { addInto } from './state-arithmetic.js';
import type { DataType, ElementArray, TensorData } from './tensor-data.js';

export interface SessionState {
  readonly names: Iterable<string>;
  /** Undefined where there is none of that name. */
  tensor(name: string): Tensor | undefined;
  write(name: string, tensor: TensorData): Promise<void>;
  /** A copy. */
  read(name: string): Promise<TensorData>;
  /** Makes a tensor that a call has computed part of the state. */
  replace(name: string, tensor: Tensor): void;
  /** Adds a tensor that a call has computed to the one that is there. */
  add(name: string, tensor: Tensor): Promise<void>;
  delete(name: string): void;
}

export class ProcessorState implements SessionState {
  private readonly tensors = new Map<string, Tensor>();

  get names(): Iterable<string> {
    return this.tensors.keys();
  }

  tensor(name: string): Tensor | undefined {
    return this.tensors.get(name);
  }

  async write(name: string, tensor: TensorData): Promise<void> {
    this.replace(name, toOrt(tensor));
  }

  async read(name: string): Promise<TensorData> {
    const { dataType, shape, data } = fromOrt(existing(this, name));
    return { dataType, shape, data: data.slice() };
  }

  replace(name: string, tensor: Tensor): void {
    this.delete(name);
    this.tensors.set(name, tensor);
  }

  async add(name: string, tensor: Tensor): Promise<void> {
    addInto(this.floats(name), tensor.data as Float32Array);
    release(tensor);
  }

  delete(name: string): void {
    const tensor = this.tensors.get(name);
    this.tensors.delete(name);
    if (tensor) release(tensor);
  }

  /** The values themselves of a float32 tensor. */
  floats(name: string): Float32Array {
    const data = this.tensors.get(name)?.data;
    if (!(data instanceof Float32Array)) throw new Error(`the state has no float32 tensor ${name}`);
    return data;
  }

  /** Puts values that have moved back in the place of those that had moved away. */
  moveBack(name: string, values: Float32Array): void {
    this.tensors.set(name, new Tensor('float32', values, this.tensors.get(name)!.dims));
  }
}

/** @throws Error when the state has no tensor of that name. */
export function existing(state: SessionState, name: string): Tensor {
  const tensor = state.tensor(name);
  if (!tensor) throw new Error(`the state has no tensor ${name}`);
  return tensor;
}

export function toOrt({ dataType, shape, data }: TensorData): Tensor {
  return new Tensor(dataType, data as never, shape);
}

export function fromOrt(tensor: Tensor): TensorData {
  return { dataType: tensor.type as DataType, shape: tensor.dims, data: tensor.data as ElementArray };
}

/** What is sent to a closed port has moved away from here and arrives nowhere. */
const nowhere = new MessageChannel().port1;
nowhere.close();

/** Frees memory at once: for a model's gradients, waiting for the garbage collector would take as much again. */
function release(tensor: Tensor): void {
  const { buffer, byteLength } = tensor.data as ElementArray;
  // a buffer with more in it belongs to other tensors too
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) nowhere.postMessage(undefined, [buffer]);
}
