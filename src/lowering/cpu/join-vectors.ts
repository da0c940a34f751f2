/**
 * Computes at once what is computed alike of many short vectors, such as the scales of a network's normalizations: starting a kernel takes longer than
 * a thousand numbers, above all on a GPU.
 */

import type { Graph } from '../../graph/graph.js';
import { neededParts } from '../../graph/needed-parts.js';
import type { Node } from '../../graph/operator.js';
import { sameShape, type Value } from '../../graph/value.js';
import { elementCount } from '../../tensors/tensor-data.js';
import { copyGraph, PlainCopy } from '../copy-graph.js';
import { splitInParts } from '../device/split-in-parts.js';
import { isScalar, lengthOf, originOf, type VectorGroup, vectorGroups } from './vector-groups.js';

/** Fewer vectors are not worth joining and splitting. */
const fewest = 8;

/** An equal graph, bit for bit, in which vectors of a group are computed as one: see `vectorGroups`. */
export function joinVectors(source: Graph): Graph {
  return copyGraph(source, new Joining(source));
}

class Joining extends PlainCopy {
  private readonly groups = new Map<Value, VectorGroup>();
  /** By the names of the values that are joined. */
  private readonly joined = new Map<string, Value>();

  constructor(private readonly source: Graph) {
    super();
    const isConstant = (value: Value): boolean => source.constantOf(value) !== undefined;
    for (const group of vectorGroups(neededParts(source).nodes, isConstant))
      for (const { outputs } of group) this.groups.set(outputs[0]!, group);
  }

  /** Nodes of groups are added where they are needed first: what they are computed of is there by then. */
  override node(node: Node): void {
    if (!this.groups.has(originOf(node.outputs[0]!))) super.node(node);
  }

  override valueOf(value: Value): Value {
    if (!this.copies.has(value)) {
      const group = this.joinedGroupOf(originOf(value));
      if (group) this.addParts(group, value);
      else super.node(value.producer!);
    }
    return super.valueOf(value);
  }

  private joinedGroupOf(origin: Value): VectorGroup | undefined {
    const group = this.groups.get(origin);
    return group && group.length >= fewest ? group : undefined;
  }

  /** Adds the vectors of a group, each with the axes that one of them is needed with. */
  private addParts(group: VectorGroup, needed: Value): void {
    const origins = group.map(({ outputs }) => outputs[0]!);
    const whole = this.joinedOf(origins);
    const ones = needed.shape[0] === lengthOf(needed) ? (needed.shape.slice(1) as number[]) : [];
    const parts = splitInParts(
      this.target,
      this.reshaped(whole, [-1, ...ones]),
      origins.map((origin) => lengthOf(origin)!),
    );
    const part = parts[origins.indexOf(originOf(needed))]!;
    this.copies.set(needed, this.reshaped(part, needed.shape as number[]));
  }

  /** One after the other, [total]: of a group, computed so. */
  private joinedOf(values: readonly Value[]): Value {
    const key = values.map(({ name }) => name).join();
    const group = this.joinedGroupOf(values[0]!);
    const known = this.joined.get(key);
    if (known) return known;
    const isOfGroup = group !== undefined && values.every((value) => this.groups.get(value) === group);
    const made = isOfGroup ? this.computed(values.map(({ producer }) => producer!)) : this.concatenated(values);
    this.joined.set(key, made);
    return made;
  }

  private computed(nodes: readonly Node[]): Value {
    const [node] = nodes as [Node];
    const operands = node.inputs.map((input, index) => {
      const values = nodes.map((node) => node.inputs[index]!);
      return isScalar(input!) ? this.numbers(values, nodes) : this.joinedOf(values.map(originOf));
    });
    return this.target.addLike(node, operands)[0]!;
  }

  /** A number for all vectors, or its own for each of them. */
  private numbers(values: readonly Value[], nodes: readonly Node[]): Value {
    if (values.every((value) => value === values[0])) return this.valueOf(values[0]!);
    const repeated = values.flatMap((value, index) => {
      const length = lengthOf(nodes[index]!.outputs[0]!)!;
      return new Array<number>(length).fill(Number(this.source.constantOf(value)!.data[0]));
    });
    return this.target.numbers(values[0]!.dataType, repeated);
  }

  private concatenated(values: readonly Value[]): Value {
    const [{ shape }] = values as [Value];
    const isFirstAxis = values.every((value) => value.shape.length === shape.length && value.shape[0] === lengthOf(value));
    const parts = values.map((value) => (isFirstAxis ? this.valueOf(value) : this.reshaped(this.valueOf(value), [-1])));
    return this.reshaped(this.target.add('Concat', parts, { axis: 0 }), [-1]);
  }

  private reshaped(value: Value, shape: readonly number[]): Value {
    const sizes = shape.map((size) => (size === -1 ? elementCount(value.shape as number[]) : size));
    return sameShape(value.shape, sizes) ? value : this.target.add('Reshape', [value, this.target.integers(...sizes)]);
  }
}
