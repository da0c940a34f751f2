/** The part of a graph that its outputs need: all that is executed, written to a file or held in memory. */
import type { Graph } from './graph.js';
import type { Node } from './operator.js';
import type { Value } from './value.js';

/**
 * The nodes that outputs depend on (default: all of them), in their order, and all values that these nodes and the outputs use.
 * @param isGiven whether a value need not be computed
 */
export function neededParts(
  graph: Graph,
  outputs: Iterable<Value> = graph.outputs.values(),
  isGiven: (value: Value) => boolean = () => false,
): { nodes: Node[]; used: Set<Value> } {
  const used = new Set(outputs);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => used.has(output) && !isGiven(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (input) used.add(input);
  }
  return { nodes: nodes.reverse(), used };
}
