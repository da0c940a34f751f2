/** The tensors that stay with the sessions between calls, wherever they lie. */
import { Tensor } from 'onnxruntime-node';
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
