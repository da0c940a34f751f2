/** Rewrites a finished graph for half precision: half the size, and what GPUs compute fastest. */
import { largestHalf, toHalf } from '../../runtime/half-precision.js';
import { toFloat32 } from '../../runtime/stored-types.js';
import { floatTensor, type TensorData } from '../../runtime/tensor-data.js';
import { onnxDataTypes } from '../data-types.js';
import { Graph } from '../graph.js';
import type { Node } from '../operator.js';
import type { OperatorName } from '../operators/table.js';
import type { Value } from '../value.js';
import { addConstant, type PrecisionSource, type Rewriting, rewrite, tensorOf } from './rewritten-graph.js';

/** Nearly all of the computing and of the weights. Runtimes add up their products in single precision. */
const products: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** Give one of the numbers that they are given. */
const moving: ReadonlySet<string> = new Set([
  ...['Abs', 'Concat', 'Expand', 'Gather', 'Identity', 'MaxPool', 'Min', 'Neg', 'Pad', 'Relu', 'Reshape', 'Slice', 'Split', 'Squeeze'],
  ...['Transpose', 'Unsqueeze', 'Where'],
]);

/**
 * Computed in half precision behind what is, like those that move numbers: they add two, or give small ones. LayerNormalization is defined to compute its
 * statistics in single precision (`stash_type`). All others stay in single precision: sums over many elements, squares and exponentials leave
 * the range of half precision (65504) or lose what they add up, and the quotients and roots that follow need the digits.
 */
const followers: ReadonlySet<string> = new Set([
  ...['Add', 'AveragePool', 'Clip', 'Erf', 'HardSigmoid', 'LayerNormalization', 'Mul', 'Sigmoid', 'Sub', 'Tanh'],
  ...moving,
]);

/** The graph with products and what lies between them in half precision, from their first to `until`; inputs and outputs keep their types. */
export function inHalfPrecision(source: PrecisionSource): Graph {
  return rewrite(source, new HalfPrecision(source, halves));
}

/**
 * A graph of float32 that gives what `inHalfPrecision` gives where kernels of half precision exist, as on GPUs: each result is rounded. ONNX Runtime's
 * CPU provider has few; it computes that graph in float32 and leaves the casts between its nodes out, so that only weights are rounded.
 */
export function roundedToHalfPrecision(source: PrecisionSource): Graph {
  return rewrite(source, new HalfPrecision(source, roundedSingles));
}

/** What stands for numbers of half precision in the new graph. */
interface Representation {
  constant(tensor: TensorData): TensorData;
  /** From float32. */
  narrow(graph: Graph, value: Value): Value;
  /** To float32. */
  widen(graph: Graph, value: Value): Value;
  /** What a node gives whose inputs are such numbers. */
  result(graph: Graph, value: Value, operator: string): Value;
}

const halves: Representation = {
  constant: ({ shape, data }) => ({ dataType: 'float16', shape, data: toHalf(data as Float32Array) }),
  narrow: (graph, value) => graph.add('Cast', [value], { to: onnxDataTypes.float16 }),
  widen: (graph, value) => graph.add('Cast', [value], { to: onnxDataTypes.float32 }),
  result: (_, value) => value,
};

const roundedSingles: Representation = {
  constant: ({ shape, data }) => floatTensor(shape, toFloat32('float16', toHalf(data as Float32Array).buffer)),
  narrow: rounded,
  widen: (_, value) => value,
  result: (graph, value, operator) => (moving.has(operator) ? value : rounded(graph, value)),
};

/** To half precision and back; ONNX Runtime would leave out two casts in a row. */
function rounded(graph: Graph, value: Value): Value {
  const sameShape = graph.integers(...value.shape.map(() => 0));
  return halves.widen(graph, graph.add('Reshape', [halves.narrow(graph, value), sameShape]));
}

class HalfPrecision implements Rewriting {
  readonly target = new Graph();
  /** What stands for a float32 value of the source in either precision; for values of other types, their own. */
  private readonly single = new Map<Value, Value>();
  private readonly half = new Map<Value, Value>();

  constructor(
    private readonly source: PrecisionSource,
    private readonly numbers: Representation,
  ) {}

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
      const own = node.outputs[index]!;
      // LayerNormalization's statistics are not
      const isHalf = inHalf && own.dataType === 'float32' && !(node.operator === 'LayerNormalization' && index > 0);
      if (isHalf) this.half.set(own, this.numbers.result(this.target, output, node.operator));
      else this.single.set(own, output);
    }
  }

  valueOf(value: Value): Value {
    return this.formOf(
      this.single,
      value,
      (tensor) => tensor,
      () => this.numbers.widen(this.target, this.half.get(value)!),
    );
  }

  private halfOf(value: Value): Value {
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
