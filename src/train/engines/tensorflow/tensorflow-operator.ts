/** An operator as TensorFlow.js needs it: how to compute its outputs, and in which layout. Gradients are its own affair. */
import { type Attributes, NodeContext } from '../../../graph/operator.js';
import { fixedShape, type Value } from '../../../graph/value.js';
import type { Tensor, TensorFlow } from './load-tensorflow.js';

export interface TensorFlowOperator {
  /**
   * `onnx`: inputs and outputs as ONNX has them. `channels-last`: the first input and the first output with channels last.
   * `either`: element by element, so in whichever layout the inputs are.
   */
  readonly layout: 'onnx' | 'channels-last' | 'either';
  /** Fewer outputs than the operator has where TensorFlow.js cannot compute the others. */
  run(node: TensorFlowNode): Tensor | readonly Tensor[];
}

/** A node while it is executed: its tensors, and the facts known about it. */
export class TensorFlowNode extends NodeContext {
  constructor(
    readonly tf: TensorFlow,
    inputs: readonly (Value | null)[],
    attributes: Attributes,
    readonly outputs: readonly Value[],
    /** By input; undefined where an optional one is left out. */
    readonly tensors: readonly (Tensor | undefined)[],
  ) {
    super(inputs, attributes, () => undefined);
  }

  /** An input that must be there. */
  tensor(index: number): Tensor {
    const tensor = this.tensors[index];
    if (!tensor) throw new Error(`input ${index} is missing`);
    return tensor;
  }

  /** A number among the attributes. */
  number(name: string, otherwise: number): number {
    const value = this.attributes[name];
    return typeof value === 'number' ? value : otherwise;
  }

  /** Shape of the first output, in ONNX's layout. */
  get outputShape(): number[] {
    return fixedShape(this.outputs[0]!.shape, 'TensorFlow.js');
  }
}
