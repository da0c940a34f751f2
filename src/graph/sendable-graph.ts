/** A finished graph as plain data: what another thread can be sent, and all that executing it needs. */
import type { TensorData } from '../tensors/tensor-data.js';
import type { Graph } from './graph.js';
import { neededParts } from './needed-parts.js';
import type { Node } from './operator.js';
import type { Value } from './value.js';

/** A node without the functions that say what its operator is: they cannot go to another thread. */
export type SendableNode = Omit<Node, 'rule'>;

export interface SendableGraph {
  /** Those that outputs depend on; each needs only nodes before it. */
  readonly nodes: readonly SendableNode[];
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
  readonly constants: ReadonlyMap<Value, TensorData>;
}

/** Values lose their producers: chains of them are too deep to be copied from thread to thread. */
export function sendableGraph(graph: Graph): SendableGraph {
  const plain = new Map<Value, Value>();
  const plainOf = (value: Value): Value => {
    const { producer: _, ...kept } = value;
    const known = plain.get(value) ?? kept;
    plain.set(value, known);
    return known;
  };
  return {
    nodes: neededParts(graph).nodes.map(({ operator, inputs, attributes, outputs }) => ({
      operator,
      inputs: inputs.map((input) => input && plainOf(input)),
      attributes,
      outputs: outputs.map(plainOf),
    })),
    inputs: new Map([...graph.inputs].map(([name, value]) => [name, plainOf(value)])),
    outputs: new Map([...graph.outputs].map(([name, value]) => [name, plainOf(value)])),
    constants: new Map([...graph.allConstants()].map(([value, tensor]) => [plainOf(value), tensor])),
  };
}
