/** The tensors that stay with the sessions between calls, wherever they lie. */
import type { TensorData } from '../../tensors/tensor-data.js';

export interface SessionState {
  readonly names: Iterable<string>;
  write(name: string, tensor: TensorData): void;
  /** A copy. @throws Error when the state has no tensor of that name. */
  read(name: string): TensorData;
  delete(name: string): void;
}

export function missingTensor(name: string): Error {
  return new Error(`the state has no tensor ${name}`);
}
