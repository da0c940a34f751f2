/** ConvInputGradient as a convolution: of the gradient, with filters that are flipped and whose channels are exchanged. */
import { type ConvolutionGeometry, reach } from '../../graph/convolution-geometry.js';
import type { Graph } from '../../graph/graph.js';
import type { Attributes } from '../../graph/operator.js';
import { fixedShape, type Value } from '../../graph/value.js';
import type { Formulations } from './formulations.js';
import type { NamedInputGradient } from './named-gradients.js';

/**
 * dX = dY * W, with W flipped and its channels exchanged within each group, as a convolution where it is one (twice as fast as ConvTranspose in ONNX
 * Runtime); as a transposed convolution elsewhere.
 */
export function inputGradient(
  graph: Graph,
  gradient: Value,
  w: Value,
  { geometry, rest }: NamedInputGradient,
  { convolvedInputs }: Formulations,
): Value {
  const { strides, pads, dilations, group } = geometry;
  if (convolvedInputs && isConvolution(geometry))
    return graph.add('Conv', [gradient, gradientFilters(graph, w, group)], inputGradientAttributes(geometry));
  const shared = { ...(group > 1 && { group }), ...(dilations.some((size) => size > 1) && { dilations }) };
  return graph.add('ConvTranspose', [gradient, w], { ...shared, strides, pads, output_padding: rest });
}

/** True where the gradient of the input is a convolution: with stride 1, and no padding that some windows see nothing but. */
export function isConvolution(geometry: ConvolutionGeometry): boolean {
  return geometry.strides.every((stride) => stride === 1) && geometry.pads.every((size, side) => size < reach(geometry, side % 2));
}

/** The attributes of the convolution that computes the gradient of the input. */
export function inputGradientAttributes(geometry: ConvolutionGeometry): Attributes {
  const { kernel, pads, dilations, group } = geometry;
  return {
    ...(group > 1 && { group }),
    ...(dilations.some((size) => size > 1) && { dilations }),
    kernel_shape: kernel,
    pads: pads.map((size, side) => reach(geometry, side % 2) - 1 - size),
  };
}

/** Its filters: [M, C / group, kh, kw] flipped, with channels exchanged, [C, M / group, kh, kw]. */
export function gradientFilters(graph: Graph, w: Value, group: number): Value {
  const [filters, channels, kh, kw] = fixedShape(w.shape, 'the gradient of Conv') as [number, number, number, number];
  const flipped =
    kh === 1 && kw === 1
      ? w
      : graph.add('Slice', [w, graph.integers(-1, -1), graph.integers(-kh - 1, -kw - 1), graph.integers(2, 3), graph.integers(-1, -1)]);
  if (group === 1) return graph.add('Transpose', [flipped], { perm: [1, 0, 2, 3] });
  if (filters === group && channels === 1) return flipped;
  const grouped = graph.add('Reshape', [flipped, graph.integers(group, filters / group, channels, kh, kw)]);
  const exchanged = graph.add('Transpose', [grouped], { perm: [0, 2, 1, 3, 4] });
  return graph.add('Reshape', [exchanged, graph.integers(group * channels, filters / group, kh, kw)]);
}
