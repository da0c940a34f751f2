/** The copy of a graph in which some nodes are replaced by others: what a rewriting for a device is made of. */
import { Graph } from '../graph/graph.js';
import { liveParts } from '../graph/live-parts.js';
import type { Node } from '../graph/operator.js';
import type { OperatorName } from '../graph/operators/table.js';
import type { Value } from '../graph/value.js';

/**
 * @param replace adds to the target what stands for a node, and returns what stands for its outputs; undefined for a node that stays.
 * `copyOf` gives the target's value for one that is computed before the node.
 * @param nameOutputs names the outputs of the target; default: as in the source
 * @returns a graph of what the outputs depend on
 */
export function rewriteNodes(
  source: Graph,
  replace: (target: Graph, node: Node, copyOf: (value: Value) => Value) => readonly Value[] | undefined,
  nameOutputs: (target: Graph, copyOf: (value: Value) => Value) => void = (target, copyOf) => {
    for (const [name, value] of source.outputs) target.output(name, copyOf(value));
  },
): Graph {
  const target = new Graph();
  const copies = new Map<Value, Value>();
  const copyOf = (value: Value): Value => copies.get(value)!;
  const { nodes, used } = liveParts(source);
  for (const [name, value] of source.inputs) copies.set(value, target.input(name, value.dataType, value.shape));
  for (const [value, tensor] of source.allConstants()) if (used.has(value)) copies.set(value, target.constant(tensor));
  for (const node of nodes) {
    const outputs = replace(target, node, copyOf) ?? copyNode(target, node, copyOf);
    for (const [index, output] of outputs.entries()) copies.set(node.outputs[index]!, output);
  }
  nameOutputs(target, copyOf);
  return target;
}

function copyNode(target: Graph, { operator, inputs, attributes }: Node, copyOf: (value: Value) => Value): readonly Value[] {
  return target.addAll(
    operator as OperatorName,
    inputs.map((input) => input && copyOf(input)),
    attributes,
  );
}
