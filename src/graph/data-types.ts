/** The numbers by which ONNX files name element types (onnx.proto, TensorProto.DataType). */
import type { DataType } from '../runtime/tensor-data.js';

export const onnxDataTypes: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** Whether gradients can flow through values of this type. */
export function isFloat(dataType: DataType): boolean {
  return dataType === 'float32' || dataType === 'float64';
}
