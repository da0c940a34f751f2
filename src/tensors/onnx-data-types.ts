/** The numbers of element types in ONNX files and ONNX Runtime (onnx.proto, TensorProto.DataType; onnxruntime_c_api.h). */
import type { DataType } from './tensor-data.js';

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

/** The element type with a number; undefined for one that tensors here do not have. */
export function findDataType(number: number): DataType | undefined {
  return byNumber.get(number);
}

const byNumber = new Map(Object.entries(onnxDataTypes).map(([name, number]) => [number, name as DataType]));
