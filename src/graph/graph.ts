/** The graph builder: adds nodes of ONNX operators one by one and infers every shape as it goes. */
import { sha256Of } from '../support/sha256.js';
import { toHalf } from '../tensors/half-precision.js';
import type { DataType, ElementArray, TensorData } from '../tensors/tensor-data.js';
import { elementArrays, elementCount } from '../tensors/tensor-data.js';
import {
  type AttributeKind,
  type Attributes,
  type AttributeValue,
  type ContributedOperator,
  type Node,
  NodeContext,
  type Operator,
  type OutputType,
} from './operator.js';
import { type OperatorName, operators } from './operators/table.js';
import { type Dimension, formatShape, mostElements, type Shape, sameShape, type Value } from './value.js';

/** Larger constants without a name are not compared. */
const mostCompared = 2 ** 16;

/** Bytes of a constant up to which they are compared themselves, and a digest of them beyond. */
const mostSpeltOut = 64;

/** A value, a number that becomes a scalar constant of the type of the node's other inputs, or nothing (an optional input). */
export type Operand = Value | number | null;

/**
 * A graph of standard ONNX operators under construction.
 *
 * Every node is checked when it is added: an unknown operator or attribute, a missing input or a shape that does not fit throws at
 * the line that adds it. Nodes are pure functions, so adding an equal node twice returns the value of the first.
 */
export class Graph {
  readonly nodes: Node[] = [];
  private readonly inputValues = new Map<string, Value>();
  private readonly outputValues = new Map<string, Value>();
  private readonly constants = new Map<Value, TensorData>();
  /** Of all constants. */
  private bytes = 0;
  private readonly constantsByContent = new Map<string, Value>();
  private readonly nodesByContent = new Map<string, readonly Value[]>();
  private readonly names = new Set<string>();
  /** Names that outputs will have: made-up names keep away from them. */
  private readonly reserved = new Set<string>();
  private readonly counters = new Map<string, number>();

  /** Declares an input of the whole graph. */
  input(name: string, dataType: DataType, shape: Shape): Value {
    const value = this.declare(name, dataType, shape);
    this.inputValues.set(name, value);
    return value;
  }

  /** Names a value as an output of the whole graph. One value may have several output names. */
  output(name: string, value: Value): void {
    if (this.names.has(name) && this.inputValues.get(name) !== value) throw new Error(`the name ${name} is taken`);
    this.names.add(name);
    this.outputValues.set(name, value);
  }

  /** Keeps names free for outputs that are named when all nodes are there. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.reserved.add(name);
  }

  get inputs(): ReadonlyMap<string, Value> {
    return this.inputValues;
  }

  get outputs(): ReadonlyMap<string, Value> {
    return this.outputValues;
  }

  /** A constant stored in the graph. Equal constants that are no weights are stored once. Without a name, one is made up. */
  constant(tensor: TensorData, name?: string): Value {
    if (tensor.data.length !== elementCount(tensor.shape)) {
      throw new Error(`constant ${name ?? ''}: ${tensor.data.length} values do not fill the shape ${formatShape(tensor.shape)}`);
    }
    const content = tensor.data.length <= mostCompared && name === undefined ? contentOf(tensor) : undefined;
    const known = content === undefined ? undefined : this.constantsByContent.get(content);
    if (known) return known;
    const isShapeLike = tensor.data instanceof BigInt64Array && tensor.shape.length <= 2 && tensor.data.length <= mostElements;
    const elements = isShapeLike ? Array.from(tensor.data, Number) : undefined;
    const value = this.declare(name ?? this.freshName('constant'), tensor.dataType, tensor.shape, elements);
    this.constants.set(value, tensor);
    this.bytes += tensor.data.byteLength;
    if (content !== undefined) this.constantsByContent.set(content, value);
    return value;
  }

  /** A constant of one type from plain numbers; the shape defaults to a vector (or a scalar for a single number). */
  numbers(dataType: DataType, values: number | readonly number[], shape?: readonly number[]): Value {
    const list = typeof values === 'number' ? [values] : values;
    return this.constant({ dataType, shape: shape ?? (typeof values === 'number' ? [] : [list.length]), data: elementsOf(dataType, list) });
  }

  /** An int64 vector: axes, shapes, starts. */
  integers(...values: readonly number[]): Value {
    return this.numbers('int64', values);
  }

  /** True when a value or an output has this name. */
  hasName(name: string): boolean {
    return this.names.has(name);
  }

  /** The tensor behind a value, if it is a constant of this graph. */
  constantOf(value: Value): TensorData | undefined {
    return this.constants.get(value);
  }

  /** Bytes of all constants. */
  get constantBytes(): number {
    return this.bytes;
  }

  /** All constants, in the order in which they were added. */
  allConstants(): IterableIterator<[Value, TensorData]> {
    return this.constants.entries();
  }

  /**
   * Adds a node and returns its first output.
   * @param operator name of the ONNX operator, as in the table of operators, or one that ONNX Runtime contributes
   * @param inputs in ONNX order; numbers become scalar constants, `null` leaves an optional input out
   * @throws Error naming the operator and what does not fit
   */
  add(operator: OperatorName | ContributedOperator, inputs: readonly Operand[], attributes: Attributes = {}): Value {
    return this.addAll(operator, inputs, attributes)[0]!;
  }

  /** Adds a node and returns all its outputs. */
  addAll(operator: OperatorName | ContributedOperator, inputs: readonly Operand[], attributes: Attributes = {}): readonly Value[] {
    const rule: Operator | undefined = typeof operator === 'string' ? operators[operator] : operator;
    if (!rule) throw new Error(`unknown operator ${operator}`);
    return this.addNode(typeof operator === 'string' ? operator : `${operator.domain}.${operator.name}`, rule, inputs, attributes);
  }

  /** Adds a node of the operator of another one, which may be of another graph, and returns all its outputs. */
  addLike(node: Node, inputs: readonly Operand[], own: Attributes = node.attributes): readonly Value[] {
    const { operator, rule, attributes, outputs } = node;
    return this.addNode(operator, rule, inputs, own, own === attributes && this.hasInputsOf(node, inputs) ? outputs : undefined);
  }

  /** True where the outputs of a node have the types of another one's: equal inputs, none of which is a constant that may have other elements. */
  private hasInputsOf({ inputs: others }: Node, inputs: readonly Operand[]): inputs is (Value | null)[] {
    if (inputs.length !== others.length) return false;
    return inputs.every((input, index) => {
      const other = others[index]!;
      if (input === null || other === null || typeof input === 'number') return input === other;
      if (input.dataType !== other.dataType || !sameShape(input.shape, other.shape)) return false;
      if (input.elements || other.elements) return sameShape(input.elements ?? [], other.elements ?? []);
      return !this.constants.has(input);
    });
  }

  /** @param known the types of the outputs, where they are known. */
  private addNode(
    name: string,
    rule: Operator,
    inputs: readonly Operand[],
    attributes: Attributes,
    known?: readonly OutputType[],
  ): readonly Value[] {
    try {
      if (!known) checkSignature(rule, inputs, attributes);
      const values = this.toValues(inputs);
      const content = nodeContent(name, values, attributes);
      const equal = this.nodesByContent.get(content);
      if (equal) return equal;
      const inferred = known ?? rule.infer(new NodeContext(values, attributes, (value) => this.constants.get(value)));
      const types = Array.isArray(inferred) ? (inferred as readonly OutputType[]) : [inferred as OutputType];
      const outputs: Value[] = [];
      const node: Node = { operator: name, rule, inputs: values, attributes, outputs };
      for (const type of types) {
        outputs.push(this.declare(this.freshName(name.toLowerCase()), type.dataType, type.shape, type.elements, node));
      }
      this.nodes.push(node);
      this.nodesByContent.set(content, outputs);
      return outputs;
    } catch (error) {
      const received = inputs.map((input) =>
        typeof input === 'object' && input ? `${input.name} ${input.dataType}${formatShape(input.shape)}` : input,
      );
      throw new Error(`${name}(${received.join(', ')}): ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }

  /** A copy that shares values and constants but can grow on its own. */
  copy(): Graph {
    const copy = new Graph();
    copy.nodes.push(...this.nodes);
    for (const [name, value] of this.inputValues) copy.inputValues.set(name, value);
    for (const [name, value] of this.outputValues) copy.outputValues.set(name, value);
    for (const [value, tensor] of this.constants) copy.constants.set(value, tensor);
    copy.bytes = this.bytes;
    for (const [content, value] of this.constantsByContent) copy.constantsByContent.set(content, value);
    for (const [content, values] of this.nodesByContent) copy.nodesByContent.set(content, values);
    for (const name of this.names) copy.names.add(name);
    copy.reserve(this.reserved);
    for (const [prefix, count] of this.counters) copy.counters.set(prefix, count);
    return copy;
  }

  private toValues(inputs: readonly Operand[]): (Value | null)[] {
    const sibling = inputs.find((input): input is Value => typeof input === 'object' && input !== null);
    return inputs.map((input) => {
      if (typeof input !== 'number') return input;
      if (!sibling) throw new Error('at least one input must be a value');
      return this.numbers(sibling.dataType, input);
    });
  }

  private declare(name: string, dataType: DataType, shape: Shape, elements?: readonly Dimension[], producer?: Node): Value {
    if (this.names.has(name)) throw new Error(`the name ${name} is taken`);
    for (const size of shape) {
      if (typeof size === 'number' && !(Number.isInteger(size) && size >= 0))
        throw new Error(`${name} would have the shape ${formatShape(shape)}`);
    }
    this.names.add(name);
    return { name, dataType, shape, ...(elements && { elements }), ...(producer && { producer }) };
  }

  private freshName(prefix: string): string {
    let name: string;
    do {
      const count = (this.counters.get(prefix) ?? 0) + 1;
      this.counters.set(prefix, count);
      name = `${prefix}_${count}`;
    } while (this.names.has(name) || this.reserved.has(name));
    return name;
  }
}

function elementsOf(dataType: DataType, values: readonly number[]): ElementArray {
  // the largest int64, as exporters write the end of an axis, is no double: as one it is 2^63, which would become the least
  if (dataType === 'int64') return BigInt64Array.from(values, (value) => (value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value)));
  return dataType === 'float16' ? toHalf(Float32Array.from(values)) : elementArrays[dataType].from(values);
}

/** Equal for tensors that are equal bit for bit (0 and -0 are not). */
function contentOf({ dataType, shape, data }: TensorData): string {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const content = bytes.length <= mostSpeltOut ? bytes.toString('latin1') : sha256Of(bytes);
  return `${dataType}${formatShape(shape)}${content}`;
}

/** Equal for nodes that compute the same from the same inputs. The length before a name keeps names with separators in them apart. */
function nodeContent(operator: string, inputs: readonly (Value | null)[], attributes: Attributes): string {
  let content = operator;
  for (const input of inputs) content += input ? `,${input.name.length}:${input.name}` : ',';
  for (const key of Object.keys(attributes).sort()) content += `;${key}=${JSON.stringify(attributes[key])}`;
  return content;
}

const fitsKind: Readonly<Record<AttributeKind, (value: AttributeValue) => boolean>> = {
  int: Number.isInteger,
  float: (value) => typeof value === 'number',
  ints: (value) => Array.isArray(value) && value.every(Number.isInteger),
  string: (value) => typeof value === 'string',
};

/** Inputs and attributes that the operator has, and no others. */
function checkSignature(rule: Operator, inputs: readonly Operand[], attributes: Attributes): void {
  const variadic = rule.inputs.at(-1)?.variadic === true;
  if (inputs.length > rule.inputs.length && !variadic) throw new Error(`at most ${rule.inputs.length} inputs, received ${inputs.length}`);
  for (let index = 0; index < Math.max(inputs.length, rule.inputs.length); index++) {
    const input = rule.inputs[Math.min(index, rule.inputs.length - 1)]!;
    if (!input.optional && (inputs[index] ?? null) === null) throw new Error(`input ${input.name} is missing`);
  }
  for (const [name, value] of Object.entries(attributes)) {
    const kind = rule.attributes?.[name];
    if (!kind) throw new Error(`no attribute ${name}; known: ${Object.keys(rule.attributes ?? {}).join(', ') || 'none'}`);
    if (!fitsKind[kind](value)) throw new Error(`attribute ${name} must be of kind ${kind}, received ${JSON.stringify(value)}`);
  }
}
