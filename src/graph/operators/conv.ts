/** Conv: two-dimensional convolution of [N, C, H, W] with [M, C / group, kh, kw], optionally + bias [M]. */

import { convolutionWeightGradient } from '../../lowering/convolution/convolution-weight-gradient.js';
import { convolutionGeometry, outputSize, reach } from '../convolution-geometry.js';
import type { Graph } from '../graph.js';
import type { GradientContext, Operator } from '../operator.js';
import { requireRank, requireSameType } from '../shape-rules.js';
import { fixedShape, type Value } from '../value.js';

export const conv: Operator = {
  inputs: [
    { name: 'X', gradient: inputGradient },
    { name: 'W', gradient: convolutionWeightGradient },
    // db = sum of dy over images and pixels
    {
      name: 'B',
      gradient: ({ graph, gradient }) => graph.add('ReduceSum', [gradient, graph.integers(0, 2, 3)], { keepdims: 0 }),
      optional: true,
    },
  ],
  attributes: { kernel_shape: 'ints', strides: 'ints', pads: 'ints', dilations: 'ints', group: 'int' },
  infer: (node) => {
    const [x, w] = [node.input(0), node.input(1)];
    const bias = node.optionalInput(2);
    requireSameType(bias ? [x, w, bias] : [x, w]);
    requireRank(x, 4);
    requireRank(w, 4);
    const geometry = convolutionGeometry(node);
    const { strides, pads, group } = geometry;
    const [filters, channels] = fixedShape(w.shape.slice(0, 2), 'the weights of Conv') as [number, number];
    if (x.shape[1] !== channels * group) throw new Error(`${x.name} has ${x.shape[1]} channels, ${w.name} expects ${channels * group}`);
    if (filters % group !== 0) throw new Error(`${filters} filters cannot be divided into ${group} groups`);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== w.shape[0])) throw new Error(`bias must be [${w.shape[0]}]`);
    const spatial = x.shape.slice(2).map((size, axis) => {
      const taken = reach(geometry, axis) - pads[axis]! - pads[axis + 2]!;
      return outputSize(size, taken, strides[axis]!);
    });
    return { dataType: x.dataType, shape: [x.shape[0]!, w.shape[0]!, ...spatial] };
  },
};

/**
 * dX = dY * W, with W flipped and its channels exchanged within each group, as a convolution where the stride is 1 (twice as fast as ConvTranspose
 * in ONNX Runtime); as a transposed convolution elsewhere.
 */
function inputGradient(node: GradientContext): Value {
  const { graph, gradient } = node;
  const w = node.input(1);
  const geometry = convolutionGeometry(node);
  const { kernel, strides, pads, dilations, group } = geometry;
  const [kh, kw] = [kernel[0]!, kernel[1]!];
  const shared = { ...(group > 1 && { group }), ...(dilations.some((size) => size > 1) && { dilations }) };
  const covered = [reach(geometry, 0), reach(geometry, 1)] as const;
  if (strides.some((stride) => stride !== 1)) {
    const shape = fixedShape(node.input(0).shape, 'the gradient of Conv');
    const rows = fixedShape(gradient.shape, 'the gradient of Conv');
    // rows and columns at the far edges that no window reached
    const rest = [0, 1].map(
      (axis) => shape[axis + 2]! + pads[axis]! + pads[axis + 2]! - covered[axis]! - (rows[axis + 2]! - 1) * strides[axis]!,
    );
    return graph.add('ConvTranspose', [gradient, w], { ...shared, strides, pads, output_padding: rest });
  }
  const flipped =
    kh === 1 && kw === 1
      ? w
      : graph.add('Slice', [w, graph.integers(-1, -1), graph.integers(-kh - 1, -kw - 1), graph.integers(2, 3), graph.integers(-1, -1)]);
  const exchanged = group === 1 ? graph.add('Transpose', [flipped], { perm: [1, 0, 2, 3] }) : exchangedByGroup(graph, flipped, group);
  return graph.add('Conv', [gradient, exchanged], {
    ...shared,
    kernel_shape: kernel,
    pads: pads.map((size, side) => covered[side % 2]! - 1 - size),
  });
}

/** [M, C / group, kh, kw] -> [C, M / group, kh, kw] */
function exchangedByGroup(graph: Graph, w: Value, group: number): Value {
  const [filters, channels, kh, kw] = fixedShape(w.shape, 'the gradient of Conv') as [number, number, number, number];
  if (filters === group && channels === 1) return w;
  const grouped = graph.add('Reshape', [w, graph.integers(group, filters / group, channels, kh, kw)]);
  const exchanged = graph.add('Transpose', [grouped], { perm: [0, 2, 1, 3, 4] });
  return graph.add('Reshape', [exchanged, graph.integers(group * channels, filters / group, kh, kw)]);
}
