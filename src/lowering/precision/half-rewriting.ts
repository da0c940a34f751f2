/** Adds the nodes of a graph to a new one, some of them in half precision, with casts where precisions meet. */

import { Graph } from '../../graph/graph.js';
import { type Attributes, halfPrecisionOf, type Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { largestHalf } from '../../tensors/half-precision.js';
import type { TensorData } from '../../tensors/tensor-data.js';
import type { GraphCopy } from '../copy-graph.js';
import type { HalfNumbers } from './half-numbers.js';
import { addConstant, type PrecisionSource, tensorOf } from './precision-source.js';

/** The smallest half that keeps all its digits; GPUs may take what is smaller for 0. */
const smallestNormalHalf = 2 ** -14;

export class HalfRewriting implements GraphCopy {
  readonly target = new Graph();
  /** The value that stands for a float32 value of the source in either precision; for other types, the value in its own. */
  private readonly single = new Map<Value, Value>();
  private readonly half = new Map<Value, Value>();

  /**
   * @param inHalf the nodes whose float32 inputs and outputs become halves
   * @param inEither nodes that move numbers: for whoever uses them in half precision, they are there in half precision too
   */
  constructor(
    private readonly source: PrecisionSource,
    private readonly numbers: HalfNumbers,
    private readonly inHalf: ReadonlySet<Node>,
    private readonly inEither: ReadonlySet<Node> = new Set(),
  ) {}

  given(value: Value, inTarget: Value): void {
    this.single.set(value, inTarget);
  }

  /** In the forms in which they are used: see `formOf`. */
  constant(): void {}

  node(node: Node): void {
    this.add(node, this.inHalf.has(node));
  }

  valueOf(value: Value): Value {
    return this.formOf(
      this.single,
      value,
      (tensor) => tensor,
      () => this.numbers.widen(this.target, this.half.get(value)!),
    );
  }

  private add(node: Node, inHalf: boolean): void {
    const inputs = node.inputs.map((input) => {
      if (!input) return null;
      return inHalf && input.dataType === 'float32' ? this.halfOf(input) : this.valueOf(input);
    });
    const attributes = inHalf ? attributesInHalf(node) : node.attributes;
    const outputs = this.target.addLike(node, inputs, attributes);
    for (const [index, output] of outputs.entries()) {
      const own = node.outputs[index]!;
      // statistics are not
      const isHalf = inHalf && own.dataType === 'float32' && !(index > 0 && halfPrecisionOf(node) === 'normalize');
      if (isHalf) this.half.set(own, this.numbers.result(this.target, output, node));
      else this.single.set(own, output);
    }
  }

  private halfOf(value: Value): Value {
    const { producer } = value;
    if (producer && this.inEither.has(producer) && !this.half.has(value)) this.add(producer, true);
    return this.formOf(this.half, value, this.numbers.constant, () => this.numbers.narrow(this.target, this.single.get(value)!));
  }

  private formOf(forms: Map<Value, Value>, value: Value, convert: (tensor: TensorData) => TensorData, cast: () => Value): Value {
    const present = forms.get(value);
    if (present) return present;
    const tensor = tensorOf(this.source, value);
    const form = tensor ? addConstant(this.target, value, convert(tensor)) : cast();
    forms.set(value, form);
    return form;
  }
}

/** Relu's derivative min(1, alpha y) is 1 for every normal half with the alpha of halves; that of float32 would be an infinity. */
function attributesInHalf({ operator, attributes }: Node): Attributes {
  const isSteep = operator === 'HardSigmoid' && (attributes.alpha as number) > largestHalf;
  return isSteep ? { ...attributes, alpha: 1 / smallestNormalHalf } : attributes;
}

/** True when a value, if it is constant, lies within the range of half precision; computed values are checked when results are compared. */
export function fitsHalf(source: PrecisionSource, value: Value): boolean {
  const tensor = tensorOf(source, value);
  return !tensor || (tensor.data as Float32Array).every((element) => Math.abs(element) <= largestHalf);
}
