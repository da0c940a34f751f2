/** Runs small graphs through ONNX Runtime, in this thread and no other: threads would cost more than they compute. */

import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { privateDomain } from '#antonym/graph/operator.js';
import { lowerGradients } from '#antonym/lowering/lower-gradients.js';
import type { ElementArray, TensorData } from '#antonym/tensors/tensor-data.js';

/** Rules of gradients add nodes that no runtime has. */
function executable(graph: Graph): Graph {
  return graph.nodes.some(({ rule }) => rule.domain === privateDomain) ? lowerGradients(graph, 'cpu') : graph;
}

/** A compiled graph: call it with its inputs to get its outputs. */
export async function compile(graph: Graph): Promise<(feeds: Record<string, TensorData>) => Promise<Record<string, TensorData>>> {
  const session = await InferenceSession.create(encodeOnnx(executable(graph)), { logSeverityLevel: 3, intraOpNumThreads: 1 });
  return async (feeds) => {
    const inputs = Object.fromEntries(
      session.inputNames.map((name) => {
        const tensor = feeds[name];
        if (!tensor) throw new Error(`no value for the input ${name}`);
        return [name, new Tensor(tensor.dataType, tensor.data as never, tensor.shape)];
      }),
    );
    const outputs = await session.run(inputs);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { type, dims, data }]) => [
        name,
        { dataType: type, shape: dims, data: data as ElementArray } as TensorData,
      ]),
    );
  };
}
