/** The indices along an axis of a map whose size may be known only when the graph runs. */
import { onnxDataTypes } from '../tensors/onnx-data-types.js';
import type { Graph } from './graph.js';
import type { Value } from './value.js';

export interface AxisPositions {
  /** 0, 1, ... size - 1, float32 [size] */
  readonly indices: Value;
  /** float32, a scalar */
  readonly size: Value;
}

export function axisPositions(graph: Graph, map: Value, axis: number): AxisPositions {
  const size = map.shape[axis]!;
  if (typeof size === 'number') {
    return {
      indices: graph.numbers(
        'float32',
        Array.from({ length: size }, (_, index) => index),
      ),
      size: graph.numbers('float32', size),
    };
  }
  const count = graph.add('Gather', [graph.add('Shape', [map]), graph.numbers('int64', axis)]);
  const indices = graph.add('Range', [graph.numbers('int64', 0), count, graph.numbers('int64', 1)]);
  const float = { to: onnxDataTypes.float32 };
  return { indices: graph.add('Cast', [indices], float), size: graph.add('Cast', [count], float) };
}
