/**
 * Factors and summands of channels, and normalization by their statistics, of images with blocked channels: convolutions of single pixels, one group a
 * channel, whose kernel uses all threads, and takes in a sum and a ReLU that follow. ONNX Runtime normalizes plain images alone, with one thread.
 */
import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { blockedOperators } from './blocked-operators.js';
import type { PendingConvolution } from './blocked-values.js';

/**
 * x factor + summand
 * @param x blocked, [N, C, H, W]
 * @param factors [C], or [1, C, 1, 1]; 1 if absent
 * @param bias [C]
 */
export function byChannel(graph: Graph, x: Value, factors: Value | undefined, bias: Value | null): PendingConvolution {
  const channels = x.shape[1] as number;
  const shape = [channels, 1, 1, 1];
  const filters = factors
    ? graph.add('Reshape', [factors, graph.integers(...shape)])
    : graph.numbers('float32', new Array<number>(channels).fill(1), shape);
  return { x, filters, bias, attributes: { kernel_shape: [1, 1], group: channels }, isByChannel: true };
}

/** a - b, of a convolution by channel b */
export function subtracted(graph: Graph, a: Value, b: PendingConvolution): PendingConvolution {
  return { ...b, filters: graph.add('Neg', [b.filters]), bias: b.bias && graph.add('Neg', [b.bias]), sum: a };
}

export function withBias(graph: Graph, x: Value, bias: Value): Value {
  const { filters, attributes } = byChannel(graph, x, undefined, bias);
  return graph.add(blockedOperators.conv, [x, filters, bias, null], attributes);
}

/** The mean of each channel of each image, [N, C]. */
export function meansByImage(graph: Graph, x: Value): Value {
  const [images, channels] = x.shape as [number, number];
  return graph.add('Reshape', [graph.add(blockedOperators.globalAveragePool, [x]), graph.integers(images, channels)]);
}

/** The mean of each channel over images and pixels, [C]. */
function meansOf(graph: Graph, x: Value): Value {
  return graph.add('ReduceMean', [meansByImage(graph, x), graph.integers(0)], { keepdims: 0 });
}

/** Statistics of a batch, [C], and x - mean, blocked. */
export interface Centered {
  readonly centered: Value;
  readonly mean: Value;
  readonly variance: Value;
}

export function centeredByBatch(graph: Graph, x: Value): Centered {
  const mean = meansOf(graph, x);
  const centered = withBias(graph, x, graph.add('Neg', [mean]));
  return { centered, mean, variance: meansOf(graph, graph.add('Mul', [centered, centered])) };
}

/**
 * scale (x - mean) / sqrt(variance + epsilon) + bias
 * @param vectors scale, bias, mean and variance, [C]; x is centered where there is no mean
 */
export function normalized(
  graph: Graph,
  { attributes }: Node,
  x: Value,
  { scale, bias, mean, variance }: Readonly<Record<'scale' | 'bias' | 'variance', Value>> & { readonly mean?: Value },
): PendingConvolution {
  const epsilon = typeof attributes.epsilon === 'number' ? attributes.epsilon : 1e-5;
  const factor = graph.add('Div', [scale, graph.add('Sqrt', [graph.add('Add', [variance, epsilon])])]);
  return byChannel(graph, x, factor, mean ? graph.add('Sub', [bias, graph.add('Mul', [mean, factor])]) : bias);
}
