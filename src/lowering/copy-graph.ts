/** The copy of a graph, node by node: what every rewriting is made of. */
import { Graph } from '../graph/graph.js';
import { neededParts } from '../graph/needed-parts.js';
import type { Node } from '../graph/operator.js';
import type { Value } from '../graph/value.js';
import type { TensorData } from '../tensors/tensor-data.js';

/** A rewriting: it adds to the target what stands for the parts of a source, which come in an order in which they can be computed. */
export interface GraphCopy {
  readonly target: Graph;
  /** Takes in what stands for an input of the source, or for a constant of it. */
  given(value: Value, inTarget: Value): void;
  /** In place of `given` for a constant, where its form in the target is chosen by who uses it. */
  constant?(value: Value, tensor: TensorData): void;
  node(node: Node): void;
  /** The value that stands for one of the source as an output: the same element type and shape. */
  valueOf(value: Value): Value;
  /** Names the outputs of the target; default: as in the source. */
  nameOutputs?(): void;
}

/**
 * The target of a rewriting, once all that the outputs of the source depend on is added; inputs keep their names.
 * @param isKnown values that need not be computed
 */
export function copyGraph(source: Graph, copy: GraphCopy, isKnown?: (value: Value) => boolean): Graph {
  const { target } = copy;
  const { nodes, used } = neededParts(source, source.outputs.values(), isKnown);
  target.reserve(source.outputs.keys());
  for (const [name, value] of source.inputs) copy.given(value, target.input(name, value.dataType, value.shape));
  for (const [value, tensor] of source.allConstants()) {
    if (!used.has(value)) continue;
    if (copy.constant) copy.constant(value, tensor);
    else copy.given(value, target.constant(tensor));
  }
  for (const node of nodes) copy.node(node);
  if (copy.nameOutputs) copy.nameOutputs();
  else for (const [name, value] of source.outputs) target.output(name, copy.valueOf(value));
  return target;
}

/** A copy as it is; rewritings that change single nodes or outputs begin with it. */
export class PlainCopy implements GraphCopy {
  readonly target = new Graph();
  protected readonly copies = new Map<Value, Value>();

  given(value: Value, inTarget: Value): void {
    this.copies.set(value, inTarget);
  }

  node(node: Node): void {
    const inputs = node.inputs.map((input) => input && this.valueOf(input));
    this.setOutputs(node, this.target.addLike(node, inputs));
  }

  valueOf(value: Value): Value {
    return this.copies.get(value)!;
  }

  protected setOutputs({ outputs }: Node, copies: readonly Value[]): void {
    for (const [index, copy] of copies.entries()) this.copies.set(outputs[index]!, copy);
  }
}
