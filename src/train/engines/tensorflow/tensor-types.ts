/** From tensors as plain data to those of TensorFlow.js and back. */
import { type DataType, elementArrays, type TensorData } from '../../../tensors/tensor-data.js';
import type { Tensor, TensorFlow } from './load-tensorflow.js';

/** TensorFlow.js has no other integers and no float64: that is computed in single precision. */
const tensorFlowTypes = {
  float32: 'float32',
  float64: 'float32',
  int32: 'int32',
  int64: 'int32',
  int8: 'int32',
  uint8: 'int32',
  bool: 'bool',
} as const satisfies Record<Exclude<DataType, 'float16'>, string>;

/** @throws Error for half precision, which is for exported files only. */
export function tensorFlowType(dataType: DataType): 'float32' | 'int32' | 'bool' {
  if (dataType === 'float16') throw new Error('TensorFlow.js does not compute in half precision');
  return tensorFlowTypes[dataType];
}

export function toTensor(tf: TensorFlow, { dataType, shape, data }: TensorData): Tensor {
  const type = tensorFlowType(dataType);
  // TensorFlow.js keeps the array that it is given, which a caller may change
  const values = type === 'float32' ? Float32Array.from(data as Float32Array) : type === 'int32' ? Int32Array.from(data, Number) : data;
  return tf.tensor(values as Float32Array | Int32Array | Uint8Array, [...shape], type);
}

/** A copy of the tensor's values, as elements of the stated type. */
export function fromTensor(tensor: Tensor, dataType: DataType): TensorData {
  const values = tensor.dataSync();
  const data = dataType === 'int64' ? BigInt64Array.from(values, BigInt) : elementArrays[dataType].from(values);
  return { dataType, shape: tensor.shape, data };
}
