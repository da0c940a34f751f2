/** A graph that is built anew from another one, node by node, for a narrower precision. */

import type { Graph } from '../../graph/graph.js';
import { neededParts } from '../../graph/needed-parts.js';
import type { Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import type { TensorData } from '../../tensors/tensor-data.js';

/** A finished graph and what is known of it. */
export interface PrecisionSource {
  readonly graph: Graph;
  /** What it computes from constants alone: see `constantValues`. */
  readonly known: ReadonlyMap<Value, TensorData>;
  /** Nodes that stay as they are. */
  readonly kept: ReadonlySet<Node>;
}

/** What adds nodes of the source to the new graph. */
export interface Rewriting {
  readonly target: Graph;
  /** A value of the source as an input of the new graph. */
  input(value: Value, inTarget: Value): void;
  node(node: Node): void;
  /** What stands for a value of the source, in its own element type. */
  valueOf(value: Value): Value;
}

/** The new graph, once all is added: inputs and outputs keep their names, element types and shapes. */
export function rewrite(source: PrecisionSource, rewriting: Rewriting): Graph {
  const { graph } = source;
  for (const [name, value] of graph.inputs) rewriting.input(value, rewriting.target.input(name, value.dataType, value.shape));
  for (const node of computedNodes(source)) rewriting.node(node);
  for (const [name, value] of graph.outputs) rewriting.target.output(name, rewriting.valueOf(value));
  return rewriting.target;
}

/** The nodes that the outputs depend on, but those whose results are known. */
export function computedNodes({ graph, known }: PrecisionSource): Node[] {
  return neededParts(graph, graph.outputs.values(), (value) => known.has(value)).nodes;
}

/** The nodes that compute with a value. */
export function nodesFrom(graph: Graph, value: Value): Set<Node> {
  const nodes = new Set<Node>();
  const reached = new Set([value]);
  for (const node of graph.nodes) {
    if (!node.inputs.some((input) => input && reached.has(input))) continue;
    nodes.add(node);
    for (const output of node.outputs) reached.add(output);
  }
  return nodes;
}

/** The tensor behind a value that does not depend on the graph's inputs. */
export function tensorOf({ graph, known }: PrecisionSource, value: Value): TensorData | undefined {
  return known.get(value) ?? graph.constantOf(value);
}

/** A constant in the new graph under its own name, where it has one and no other form of it took the name. */
export function addConstant(target: Graph, value: Value, tensor: TensorData): Value {
  const isNamed = value.producer === undefined && !/^constant_\d+$/.test(value.name) && !target.hasName(value.name);
  return isNamed ? target.constant(tensor, value.name) : target.constant(tensor);
}
