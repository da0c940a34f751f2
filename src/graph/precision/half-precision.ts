/** Rewrites a finished graph for half precision: half the size, and what GPUs compute fastest. */
import { largestHalf, toHalf } from '../../runtime/half-precision.js';
import type { TensorData } from '../../runtime/tensor-data.js';
import { onnxDataTypes } from '../data-types.js';
import { Graph } from '../graph.js';
import type { Node } from '../operator.js';
import type { OperatorName } from '../operators/table.js';
import type { Value } from '../value.js';
import { addConstant, type PrecisionSource, type Rewriting, rewrite, tensorOf } from './rewritten-graph.js';

/** Nearly all of the computing and of the weights. Runtimes add up their products in single precision. */
const products: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/**
 * Computed in half precision behind what is: they move numbers, add two, or give small ones. LayerNormalization is defined to compute its
 * statistics in single precision (`stash_type`). All others stay in single precision: sums over many elements, squares and exponentials leave
 * the range of half precision (65504) or lose what they add up, and the quotients and roots that follow need the digits.
 */
const followers: ReadonlySet<string> = new Set([
  ...['Abs', 'Add', 'AveragePool', 'Clip', 'Concat', 'Erf', 'Expand', 'Gather', 'HardSigmoid', 'Identity', 'LayerNormalization'],
  ...['MaxPool', 'Min', 'Mul', 'Neg', 'Pad', 'Relu', 'Reshape', 'Sigmoid', 'Slice', 'Split', 'Squeeze', 'Sub', 'Tanh'],
  ...['Transpose', 'Unsqueeze', 'Where'],
]);

/** The graph with products and what lies between them in half precision, from their first to `until`; inputs and outputs keep their types. */
export function inHalfPrecision(source: PrecisionSource): Graph {
  return rewrite(source, new HalfPrecision(source));
}

class HalfPrecision implements Rewriting {
  readonly target = new Graph();
  /** What stands for a float32 value of the source in either precision; for values of other types, their own. */
  private readonly single = new Map<Value, Value>();
  private readonly half = new Map<Value, Value>();

  constructor(private readonly source: PrecisionSource) {}

  input(value: Value, inTarget: Value): void {
    this.single.set(value, inTarget);
  }

  node(node: Node, isKept: boolean): void {
    const inHalf = !isKept && this.computesInHalf(node);
    const inputs = node.inputs.map((input) => {
      if (!input) return null;
      return inHalf && input.dataType === 'float32' ? this.halfOf(input) : this.valueOf(input);
    });
    const outputs = this.target.addAll(node.operator as OperatorName, inputs, node.attributes);
    for (const [index, output] of outputs.entries()) {
      const forms = output.dataType === 'float16' ? this.half : this.single;
      forms.set(node.outputs[index]!, output);
    }
  }

  valueOf(value: Value): Value {
    return this.formOf(this.single, value, 'float32', (tensor) => tensor);
  }

  private halfOf(value: Value): Value {
    return this.formOf(this.half, value, 'float16', (tensor) => ({
      dataType: 'float16',
      shape: tensor.shape,
      data: toHalf(tensor.data as Float32Array),
    }));
  }

  private formOf(
    forms: Map<Value, Value>,
    value: Value,
    dataType: 'float16' | 'float32',
    convert: (tensor: TensorData) => TensorData,
  ): Value {
    const present = forms.get(value);
    if (present) return present;
    const tensor = tensorOf(this.source, value);
    const form = tensor
      ? addConstant(this.target, value, convert(tensor))
      : this.target.add('Cast', [(forms === this.half ? this.single : this.half).get(value)!], { to: onnxDataTypes[dataType] });
    forms.set(value, form);
    return form;
  }

  private computesInHalf({ operator, inputs }: Node): boolean {
    const floats = inputs.filter((input) => input?.dataType === 'float32') as Value[];
    // squares leave the range from 256 on
    const isSquare = operator === 'Mul' && inputs[0] === inputs[1];
    const follows = followers.has(operator) && !isSquare && floats.some((value) => this.half.has(value));
    return (products.has(operator) || follows) && floats.every((value) => this.fits(value));
  }

  /** Whether a constant is within the range of half precision; what is computed is seen when scores are compared. */
  private fits(value: Value): boolean {
    const tensor = tensorOf(this.source, value);
    if (!tensor || this.half.has(value)) return true;
    return (tensor.data as Float32Array).every((element) => Math.abs(element) <= largestHalf);
  }
}
