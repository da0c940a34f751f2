/** The numbers that stand for those of half precision in a graph: themselves, or numbers of float32 that are rounded to them. */

import type { Graph } from '../../graph/graph.js';
import { halfPrecisionOf, type Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { toHalf } from '../../tensors/half-precision.js';
import { onnxDataTypes } from '../../tensors/onnx-data-types.js';
import { toFloat32 } from '../../tensors/stored-types.js';
import { floatTensor, type TensorData } from '../../tensors/tensor-data.js';

export interface HalfNumbers {
  constant(tensor: TensorData): TensorData;
  /** From float32. */
  narrow(graph: Graph, value: Value): Value;
  /** To float32. */
  widen(graph: Graph, value: Value): Value;
  /** A result of a node whose inputs are such numbers. */
  result(graph: Graph, value: Value, node: Node): Value;
}

export const halves: HalfNumbers = {
  constant: ({ shape, data }) => ({ dataType: 'float16', shape, data: toHalf(data as Float32Array) }),
  narrow: (graph, value) => graph.add('Cast', [value], { to: onnxDataTypes.float16 }),
  widen: (graph, value) => graph.add('Cast', [value], { to: onnxDataTypes.float32 }),
  result: (_, value) => value,
};

/**
 * Each result is rounded, as kernels of half precision round it that add up in float32. ONNX Runtime's CPU provider has few kernels of half
 * precision; it computes graphs of `halves` in float32 and leaves the casts between their nodes out, so that only weights are rounded.
 */
export const roundedSingles: HalfNumbers = {
  constant: ({ shape, data }) => floatTensor(shape, toFloat32('float16', toHalf(data as Float32Array).buffer)),
  narrow: rounded,
  widen: (_, value) => value,
  result: (graph, value, node) => (halfPrecisionOf(node) === 'keep' ? value : rounded(graph, value)),
};

/** To half precision and back; ONNX Runtime would leave out two casts in a row. */
function rounded(graph: Graph, value: Value): Value {
  const sameShape = graph.integers(...value.shape.map(() => 0));
  return halves.widen(graph, graph.add('Reshape', [halves.narrow(graph, value), sameShape]));
}
