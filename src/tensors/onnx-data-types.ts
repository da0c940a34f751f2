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
