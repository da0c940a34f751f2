/** Named tensors that lie in files, read one at a time: a model's weights need never be in memory twice. */
import { UserError } from '../../support/errors.js';
import { isFloating, type StoredType, toFloat32 } from '../../tensors/stored-types.js';
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
  /** The same of some rows alone; absent where that saves nothing: see `readRows`. */
  readRows?(name: string, rows: readonly number[]): Promise<TensorData>;
  close(): Promise<void>;
}

/**
 * Elements of a stored tensor as float32.
 * @throws UserError, naming the tensor, when they are not floating-point numbers.
 */
export function floatingValues(type: StoredType, buffer: ArrayBuffer, name: string, path: string): Float32Array {
  if (!isFloating(type))
    throw new UserError(`${path} cannot be used: the tensor ${name} is of type ${type}, not of a floating-point type.`);
  return toFloat32(type, buffer);
}
