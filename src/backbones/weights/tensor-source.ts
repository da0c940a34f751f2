/** Named tensors that lie in files, read one at a time: a model's weights need never be in memory twice. */
import type { StoredType } from '../../tensors/stored-types.js';
import type { TensorData } from '../../tensors/tensor-data.js';

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly type: StoredType;
}

export interface TensorSource {
  /** The file or folder, for messages. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * One tensor, as a new float32 array.
   * @param name one of `tensors`
   * @throws UserError when the file cannot be read, is damaged, or the tensor's elements are not floating-point numbers.
   */
  read(name: string): Promise<TensorData>;
  close(): Promise<void>;
}
