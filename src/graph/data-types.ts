/** What element types mean for gradients. */
import type { DataType } from '../tensors/tensor-data.js';

/** Whether gradients can flow through values of this type. */
export function isFloat(dataType: DataType): boolean {
  return dataType === 'float32' || dataType === 'float64';
}
