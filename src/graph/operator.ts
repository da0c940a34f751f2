/** The parts of an operator: inputs with a gradient rule each, attributes, and the type of its outputs. */
import type { DataType, TensorData } from '../tensors/tensor-data.js';
import type { Graph } from './graph.js';
import type { Dimension, Shape, Value } from './value.js';

/** No gradient exists or none is implemented: differentiating through this input is an error that names the operator. */
export const notDifferentiable = Symbol('notDifferentiable');
/** The derivative is zero wherever it exists (integers, shapes, comparisons, signs): gradients end here silently. */
export const stopsGradient = Symbol('stopsGradient');

/** The gradient of the loss with respect to one input, in the *broadcast* shape: the engine undoes broadcasting. */
export type GradientRule = (context: GradientContext) => Value;

export interface OperatorInput {
  readonly name: string;
  readonly gradient: GradientRule | typeof notDifferentiable | typeof stopsGradient;
  /** May be left out (`null` in the list of inputs). */
  readonly optional?: boolean;
  /** Only of the last input: stands for any number of inputs. */
  readonly variadic?: boolean;
  /** Integers known while building, which files hold as an attribute of this name: an input from operator set 18 on. */
  readonly writtenAsAttribute?: boolean;
}

/** Attribute types of ONNX; numbers alone do not tell `int` from `float`. */
export type AttributeKind = 'int' | 'float' | 'ints' | 'string';
export type AttributeValue = number | readonly number[] | string;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface OutputType {
  readonly dataType: DataType;
  readonly shape: Shape;
  /** See `Value.elements`. */
  readonly elements?: readonly Dimension[] | undefined;
}

/** The domain of operators that name a mathematical step whose formulation is chosen for each machine: see `lowering`. No runtime has them. */
export const privateDomain = 'antonym';

/**
 * The fate of an operator's results in half precision, of 11 binary digits and up to 65504:
 *
 * - `accumulate`: they are sums of many products. Nearly all of the computing and of the weights, and what gains most; see `ProductSums.length` for
 *   kernels that add up in half precision.
 * - `keep`: they are numbers that it is given. Nothing is lost.
 * - `round`: sums of two numbers, or a few, or small ones. They stay in the range, and as exact as what they are computed from.
 * - `normalize`: as exact as `round` in files, where the statistics of many numbers are defined to be computed in single precision (`stash_type`); in
 *   training they are needed in single precision by the gradient.
 * - `never`: sums over many elements, squares and exponentials leave the range or lose what they add up, and the quotients and roots that follow
 *   need the digits.
 */
export type HalfPrecision = 'accumulate' | 'keep' | 'round' | 'normalize' | 'never';

/** Sums of products, as convolutions and matrix products compute them. */
export interface ProductSums {
  /** Number of products in an element of the result. */
  length(node: Node): number;
  /**
   * The first and the last axis over which the elements of an input are summed: the others tell output channels apart. Undefined where an input does
   * not hold weights.
   */
  axes(node: Node, input: number): readonly [number, number] | undefined;
}

/** One operator; its file holds nothing but this. */
export interface Operator {
  readonly half: HalfPrecision | ((attributes: Attributes) => HalfPrecision);
  /**
   * Its form in files that are read: with the `same` inputs and attributes in all operator sets, `rewritten` by an entry of
   * `reading/rewrites`, or `never`.
   */
  readonly inFiles: 'same' | 'rewritten' | 'never';
  /** True where the result is the first input under another shape, without a copy. Default: false. */
  readonly isView?: boolean;
  /**
   * Given where each element of the result depends on the elements at its place alone, inputs broadcast. `exact`: rounded correctly (IEEE 754), so that
   * its bits do not depend on where an element lies in memory; `approximate`: kernels may compute the ends of rows otherwise.
   */
  readonly elementwise?: 'exact' | 'approximate';
  /** True where files leave out outputs after the first that nothing uses: kernels may not know them. Default: false. */
  readonly omitsOutputs?: boolean;
  /** Given where results are sums of many products. */
  readonly sums?: ProductSums;
  /** Default: the standard domain, `ai.onnx`. */
  readonly domain?: string;
  readonly inputs: readonly OperatorInput[];
  readonly attributes?: Readonly<Record<string, AttributeKind>>;
  /** The types of the outputs. @throws Error naming the input, what was expected and what was received. */
  infer(context: NodeContext): OutputType | readonly OutputType[];
}

/** An operator that only ONNX Runtime has: for graphs that it runs here and now, never for models that are handed over. */
export interface ContributedOperator extends Operator {
  /** As ONNX Runtime knows it; operators of the table have the name of their entry. */
  readonly name: string;
  readonly domain: string;
}

export interface Node {
  readonly operator: string;
  readonly rule: Operator | ContributedOperator;
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
}

/** The behavior of a node's results in half precision. */
export function halfPrecisionOf({ rule: { half }, attributes }: Node): HalfPrecision {
  return typeof half === 'function' ? half(attributes) : half;
}

/** Questions that rules may ask of a node. */
export class NodeContext {
  constructor(
    readonly inputs: readonly (Value | null)[],
    readonly attributes: Attributes,
    private readonly constantOf: (value: Value) => TensorData | undefined,
  ) {}

  /** An input that must be there. */
  input(index: number): Value {
    const value = this.inputs[index];
    if (!value) throw new Error(`input ${index} is missing`);
    return value;
  }

  /** An optional input. */
  optionalInput(index: number): Value | undefined {
    return this.inputs[index] ?? undefined;
  }

  integer(name: string, otherwise: number): number {
    const value = this.attributes[name];
    return typeof value === 'number' ? value : otherwise;
  }

  integers(name: string, otherwise: readonly number[]): readonly number[] {
    const value = this.attributes[name];
    return Array.isArray(value) ? (value as readonly number[]) : otherwise;
  }

  text(name: string, otherwise: string): string {
    const value = this.attributes[name];
    return typeof value === 'string' ? value : otherwise;
  }

  /** The tensor behind an input that is a constant of the graph. */
  constant(index: number): TensorData | undefined {
    const value = this.inputs[index];
    return value ? this.constantOf(value) : undefined;
  }

  /** The known integers of an input such as axes or starts. @throws Error when they are not known while building. */
  knownIntegers(index: number): number[] {
    const { elements, name } = this.input(index);
    if (!elements) throw new Error(`input ${index} (${name}) must be known while building the graph`);
    return elements.map((element) => {
      if (typeof element === 'number') return element;
      throw new Error(`input ${index} (${name}) must be known while building the graph, received ${element}`);
    });
  }
}

/** The use of a value by a node on the way to the loss. */
export interface Use {
  readonly node: Node;
  /** Of the node's first output. */
  readonly gradient: Value;
}

/** The context of a gradient rule: the node, the gradient of each output, and the graph to add nodes to. */
export class GradientContext extends NodeContext {
  constructor(
    readonly graph: Graph,
    node: Node,
    /** Index of the input that the rule is asked for, which variadic inputs need. */
    readonly index: number,
    /** The gradient of each output; absent where no loss depends on it. */
    readonly outputGradients: readonly (Value | undefined)[],
    readonly outputs: readonly Value[],
    /** The one node that uses the first output, with the gradient of what that makes of it; absent where there are several or none. */
    readonly use?: Use,
  ) {
    super(node.inputs, node.attributes, (value) => graph.constantOf(value));
  }

  /** The gradient of the first output. */
  get gradient(): Value {
    const gradient = this.outputGradients[0];
    if (!gradient) throw new Error('the first output has no gradient');
    return gradient;
  }

  /** The first output. */
  get output(): Value {
    return this.outputs[0]!;
  }
}
