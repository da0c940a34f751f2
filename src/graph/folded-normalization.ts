/** Batch normalization by running statistics as a part of the convolution before it. */
import type { Graph } from './graph.js';
import type { Attributes } from './operator.js';
import type { Value } from './value.js';

export interface ConvolutionOperands {
  readonly x: Value;
  readonly weight: Value;
  readonly bias?: Value | null | undefined;
}

/** Vectors, of a number for each channel. */
export interface NormalizationVectors {
  readonly scale: Value;
  readonly bias: Value;
  readonly mean: Value;
  readonly variance: Value;
}

/**
 * A convolution and the normalization of its result as one convolution: w' = w s, b' = bias + (b - mean) s with s = scale / sqrt(variance + epsilon).
 * Exact, and gradients of scale and bias stay in the small space of weights.
 */
export function foldedNormalization(
  graph: Graph,
  { x, weight, bias: own }: ConvolutionOperands,
  { scale, bias, mean, variance }: NormalizationVectors,
  epsilon: number,
  attributes: Attributes,
): Value {
  const s = graph.add('Div', [scale, graph.add('Sqrt', [graph.add('Add', [variance, epsilon])])]);
  const folded = graph.add('Mul', [weight, graph.add('Reshape', [s, graph.integers(-1, 1, 1, 1)])]);
  const center = own ? graph.add('Sub', [own, mean]) : graph.add('Neg', [mean]);
  return graph.add('Conv', [x, folded, graph.add('Add', [bias, graph.add('Mul', [center, s])])], attributes);
}
