/** A node of a file while it is rewritten. Attributes that no rewrite reads are not supported. */
import type { TensorData } from '../../tensors/tensor-data.js';
import type { Graph } from '../graph.js';
import type { Attributes, AttributeValue } from '../operator.js';
import { fixedShape, type Value } from '../value.js';
import type { FileAttribute, FileNode } from './onnx-model.js';

export class ReadNode {
  constructor(
    readonly graph: Graph,
    private readonly node: FileNode,
    readonly inputs: readonly (Value | null)[],
    readonly operatorSet: number,
    private readonly asked = new Set<string>(),
  ) {}

  /** The same node with other inputs and some other attributes. */
  changed(inputs: readonly (Value | null)[], attributes: Readonly<Record<string, FileAttribute>>): ReadNode {
    const changed = { ...this.node, attributes: new Map([...this.node.attributes, ...Object.entries(attributes)]) };
    return new ReadNode(this.graph, changed, inputs, this.operatorSet, this.asked);
  }

  /** Number of its outputs. */
  get outputs(): number {
    return this.node.outputs.length;
  }

  input(index: number): Value {
    const value = this.inputs[index];
    if (!value) throw new Error(`input ${index} is missing`);
    return value;
  }

  optional(index: number): Value | null {
    return this.inputs[index] ?? null;
  }

  attribute(name: string): FileAttribute | undefined {
    this.asked.add(name);
    return this.node.attributes.get(name);
  }

  number(name: string, otherwise: number): number {
    const value = this.attribute(name) ?? otherwise;
    if (typeof value !== 'number') throw new Error(`attribute ${name} must be a number`);
    return value;
  }

  numbers(name: string): readonly number[] | undefined {
    const value = this.attribute(name);
    if (value !== undefined && !Array.isArray(value)) throw new Error(`attribute ${name} must be a list of numbers`);
    return value as readonly number[] | undefined;
  }

  tensor(name: string): TensorData | undefined {
    const value = this.attribute(name);
    if (value !== undefined && (typeof value !== 'object' || !('data' in value))) throw new Error(`attribute ${name} must be a tensor`);
    return value as TensorData | undefined;
  }

  /** @throws Error when the attribute is given and none of these. */
  require(name: string, ...supported: readonly (string | number)[]): void {
    const value = this.attribute(name);
    if (value !== undefined && !supported.some((one) => String(one) === String(value))) {
      throw new Error(`attribute ${name} is ${JSON.stringify(value)}, supported is only ${supported.join(' or ')}`);
    }
  }

  /** Numbers, lists and texts by their names, as far as they are given. */
  pass(...names: readonly string[]): Attributes {
    const given: Record<string, AttributeValue> = {};
    for (const name of names) {
      const value = this.attribute(name);
      if (typeof value === 'number' || typeof value === 'string') given[name] = value;
      else if (Array.isArray(value)) given[name] = value as readonly number[];
    }
    return given;
  }

  /** All attributes. */
  passAll(): Attributes {
    return this.pass(...this.node.attributes.keys());
  }

  /** Integers that an attribute or (in newer operator sets) an input gives. */
  integers(name: string, index: number): readonly number[] | undefined {
    const value = this.optional(index);
    if (!value) return this.numbers(name);
    if (!value.elements) throw new Error(`its ${name} (${value.name}) must not depend on the image`);
    return fixedShape(value.elements, name);
  }

  /** The only element of an input that is a constant. */
  constant(index: number): number {
    const tensor = this.graph.constantOf(this.input(index));
    if (tensor?.data.length !== 1) throw new Error(`its input ${index} must be one constant number`);
    return Number(tensor.data[0]);
  }

  /** @throws Error naming an attribute that was never asked for. */
  checkAttributes(): void {
    const unknown = [...this.node.attributes.keys()].find((name) => !this.asked.has(name));
    if (unknown !== undefined) throw new Error(`attribute ${unknown} is not supported`);
  }
}

/** The rewrite of one operator: adds the nodes that a node of the file stands for, and returns its outputs. */
export type Rewrite = (node: ReadNode) => Value | readonly Value[];
