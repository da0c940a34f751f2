/** Values that a graph computes from its constants alone, such as weights with a normalization folded in: to be stored narrower, they must be known. */

import { Graph } from '../../graph/graph.js';
import { neededParts } from '../../graph/needed-parts.js';
import { encodeOnnx } from '../../graph/onnx-file.js';
import type { Value } from '../../graph/value.js';
import { SessionThread } from '../../runtime/sessions/session-thread.js';
import type { TensorData } from '../../tensors/tensor-data.js';

/** Constants of more elements are fed, not stored in the graph that computes with them: together they may exceed what a file holds. */
const mostStored = 64;

/**
 * The float32 values that depend on constants only and that other nodes, or outputs, use: ONNX Runtime computes them once.
 * @throws Error when ONNX Runtime refuses a node.
 */
export async function constantValues(graph: Graph): Promise<ReadonlyMap<Value, TensorData>> {
  const wanted = usedConstants(graph);
  const results = new Map<Value, TensorData>();
  if (wanted.length === 0) return results;
  const { folding, fed } = foldingGraph(graph, wanted);
  const thread = new SessionThread();
  try {
    await thread.load('folding', encodeOnnx(folding));
    for (const [name, tensor] of fed) await thread.writeState({ [name]: tensor });
    // one by one: a tensor that a thread sends is in memory twice
    for (const [index, value] of wanted.entries()) {
      const name = outputName(index);
      results.set(value, (await thread.run('folding', {}, { outputs: [name] }))[name]!);
    }
    return results;
  } finally {
    await thread.close();
  }
}

/** Values that are computed from constants, where the computing from constants ends. */
function usedConstants(graph: Graph): Value[] {
  const constant = new Set<Value>();
  const used = new Set<Value>();
  const isConstant = (value: Value): boolean => constant.has(value) || graph.constantOf(value) !== undefined;
  for (const node of neededParts(graph).nodes) {
    const inputs = node.inputs.filter((input) => input !== null);
    if (inputs.every(isConstant)) for (const output of node.outputs) constant.add(output);
    else for (const input of inputs) used.add(input);
  }
  for (const output of graph.outputs.values()) used.add(output);
  return [...constant].filter((value) => used.has(value) && value.dataType === 'float32');
}

const outputName = (index: number): string => `folded ${index}`;

function foldingGraph(graph: Graph, wanted: readonly Value[]): { folding: Graph; fed: Map<string, TensorData> } {
  const folding = new Graph();
  const values = new Map<Value, Value>();
  const fed = new Map<string, TensorData>();
  const { nodes, used } = neededParts(graph, wanted);
  for (const [value, tensor] of graph.allConstants()) {
    if (!used.has(value)) continue;
    const { dataType, shape, data } = tensor;
    const isFed = dataType === 'float32' && data.length > mostStored;
    const name = `constant ${values.size}`;
    if (isFed) fed.set(name, tensor);
    values.set(value, isFed ? folding.input(name, dataType, shape) : folding.constant(tensor));
  }
  for (const node of nodes) {
    const added = folding.addLike(
      node,
      node.inputs.map((input) => input && values.get(input)!),
    );
    for (const [index, output] of node.outputs.entries()) values.set(output, added[index]!);
  }
  for (const [index, value] of wanted.entries()) folding.output(outputName(index), values.get(value)!);
  return { folding, fed };
}
