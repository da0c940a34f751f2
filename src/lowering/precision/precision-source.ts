/** A finished graph that is built anew for a narrower precision, and what is known of it. */

import type { Graph } from '../../graph/graph.js';
import { neededParts } from '../../graph/needed-parts.js';
import type { Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import type { TensorData } from '../../tensors/tensor-data.js';
import { copyGraph, type GraphCopy } from '../copy-graph.js';

/** A finished graph and what is known of it. */
export interface PrecisionSource {
  readonly graph: Graph;
  /** Values computed from constants alone: see `constantValues`. */
  readonly known: ReadonlyMap<Value, TensorData>;
  /** Nodes that stay as they are. */
  readonly kept: ReadonlySet<Node>;
}

/** The target of a rewriting of what has to be computed; inputs and outputs keep their names, element types and shapes. */
export function copyComputed({ graph, known }: PrecisionSource, copy: GraphCopy): Graph {
  return copyGraph(graph, copy, (value) => known.has(value));
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
