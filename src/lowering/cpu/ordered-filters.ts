/** The filters of a convolution in the order in which ONNX Runtime's kernels of blocked channels read them. */
import type { Graph } from '../../graph/graph.js';
import { fixedShape, type Value } from '../../graph/value.js';
import { blockedOperators } from './blocked-operators.js';

/**
 * [M, C, kh, kw] as [M / block, C / block, kh, kw, channel, filter], or as [M / block, C, kh, kw, filter] where C is less than a block.
 * The blocks of ReorderInput are what has to be exchanged with positions, so that it serves both steps; it is much faster than Transpose.
 */
export function orderedFilters(graph: Graph, weights: Value, block: number): Value {
  const shape = fixedShape(weights.shape, 'filters') as [number, number, number, number];
  const [filters, channels, kh, kw] = shape;
  const byChannel = channels < block ? weights : blockedChannels(graph, weights);
  const lines = graph.add('Reshape', [byChannel, graph.integers(filters / block, block, channels * kh * kw, 1)]);
  return graph.add('Reshape', [graph.add(blockedOperators.reorderInput, [lines]), graph.integers(...shape)]);
}

/**
 * The same of the filters that compute the gradient of the input: [C, M, kh, kw], both axes of the kernel reversed. Transpose would be
 * the plain way, but it works with one thread.
 */
export function orderedGradientFilters(graph: Graph, weights: Value, block: number): Value {
  const [filters, channels, kh, kw] = fixedShape(weights.shape, 'filters') as [number, number, number, number];
  const [m, c, area] = [filters / block, channels / block, kh * kw];
  const lines = graph.add('Reshape', [blockedChannels(graph, weights), graph.integers(1, filters, 1, area * channels)]);
  // [C / block, kh, kw, M / block, filter, channel]
  const exchanged = graph.add(blockedOperators.reorderInput, [lines], { channels_last: 1 });
  if (area === 1) return graph.add('Reshape', [exchanged, graph.integers(channels, filters, kh, kw)]);
  const blocks = graph.add('Reshape', [exchanged, graph.integers(c, area * m, block * block)]);
  const order = Array.from({ length: m * area }, (_, place) => (area - 1 - (place % area)) * m + Math.floor(place / area));
  const turned = graph.add('Gather', [blocks, graph.integers(...order)], { axis: 1 });
  return graph.add('Reshape', [turned, graph.integers(channels, filters, kh, kw)]);
}

/** [M, C / block, kh, kw, block] under the logical shape [M, C, kh, kw] */
function blockedChannels(graph: Graph, weights: Value): Value {
  return weights.shape[2] === 1 && weights.shape[3] === 1 ? weights : graph.add(blockedOperators.reorderInput, [weights]);
}
