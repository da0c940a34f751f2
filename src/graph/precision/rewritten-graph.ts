/** A graph that is built anew from another one, node by node, for a narrower precision. */
import type { TensorData } from '../../runtime/tensor-data.js';
import type { Graph } from '../graph.js';
import { liveParts } from '../live-parts.js';
import type { Node } from '../operator.js';
import type { Value } from '../value.js';

/** A finished graph and what is known of it. */
export interface PrecisionSource {
  readonly graph: Graph;
  /** What it computes from constants alone: see `constantValues`. */
  readonly known: ReadonlyMap<Value, TensorData>;
  /** This value and what is computed from it stay as they are. */
  readonly until: Value;
}

/** What adds nodes of the source to the new graph. */
export interface Rewriting {
  readonly target: Graph;
  /** A value of the source as an input of the new graph. */
  input(value: Value, inTarget: Value): void;
  /** @param isKept whether the node computes with `until` */
  node(node: Node, isKept: boolean): void;
  /** What stands for a value of the source, in its own element type. */
  valueOf(value: Value): Value;
}

/** The new graph, once all is added: inputs and outputs keep their names, element types and shapes. */
export function rewrite({ graph, known, until }: PrecisionSource, rewriting: Rewriting): Graph {
  for (const [name, value] of graph.inputs) rewriting.input(value, rewriting.target.input(name, value.dataType, value.shape));
  const kept = new Set([until]);
  for (const node of liveParts(graph, graph.outputs.values(), (value) => known.has(value)).nodes) {
    const isKept = node.inputs.some((input) => input && kept.has(input));
    rewriting.node(node, isKept);
    if (isKept) for (const output of node.outputs) kept.add(output);
  }
  for (const [name, value] of graph.outputs) rewriting.target.output(name, rewriting.valueOf(value));
  return rewriting.target;
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
