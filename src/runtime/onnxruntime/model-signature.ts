/** Inputs and outputs of a model. */
import type { DataType } from '../../tensors/tensor-data.js';

export interface InputOrOutput {
  readonly name: string;
  readonly dataType: DataType;
  /** Fixed sizes, or the names of those that are free. */
  readonly shape: readonly (number | string)[];
}

export interface ModelSignature {
  readonly inputs: readonly InputOrOutput[];
  readonly outputs: readonly InputOrOutput[];
}
