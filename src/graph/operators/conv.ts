/** Conv: two-dimensional convolution of [N, C, H, W] with [M, C, kh, kw], optionally + bias [M]; dilation 1, one group. */
import { convolutionGeometry } from '../convolution-geometry.js';
import { convolutionWeightGradient } from '../convolution-weight-gradient.js';
import type { GradientContext, Operator } from '../operator.js';
import { requireRank, requireSameType } from '../shape-rules.js';
import { type Dimension, fixedShape, type Value } from '../value.js';

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
  attributes: { kernel_shape: 'ints', strides: 'ints', pads: 'ints' },
  infer: (node) => {
    const [x, w] = [node.input(0), node.input(1)];
    const bias = node.optionalInput(2);
    requireSameType(bias ? [x, w, bias] : [x, w]);
    requireRank(x, 4);
    requireRank(w, 4);
    if (x.shape[1] !== w.shape[1]) throw new Error(`${x.name} has ${x.shape[1]} channels, ${w.name} expects ${w.shape[1]}`);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== w.shape[0])) throw new Error(`bias must be [${w.shape[0]}]`);
    const { kernel, strides, pads } = convolutionGeometry(node);
    const spatial = x.shape.slice(2).map((size, axis) => {
      const taken = kernel[axis]! - pads[axis]! - pads[axis + 2]!;
      return outputSize(size, taken, strides[axis]!);
    });
    return { dataType: x.dataType, shape: [x.shape[0]!, w.shape[0]!, ...spatial] };
  },
};

/** floor((size - taken) / stride) + 1 */
function outputSize(size: Dimension, taken: number, stride: number): Dimension {
  if (typeof size === 'number') return Math.floor((size - taken) / stride) + 1;
  if (stride === 1) return taken === 1 ? size : `${size}-${taken - 1}`;
  return taken === 1 ? `floor((${size}-1)/${stride})+1` : `floor((${size}-${taken})/${stride})+1`;
}

/**
 * dX = dY * W, with W flipped and its channels exchanged, as a convolution where the stride is 1 (twice as fast as ConvTranspose
 * in ONNX Runtime); as a transposed convolution elsewhere.
 */
function inputGradient(node: GradientContext): Value {
  const { graph, gradient } = node;
  const w = node.input(1);
  const { kernel, strides, pads } = convolutionGeometry(node);
  const [kh, kw] = [kernel[0]!, kernel[1]!];
  if (strides.some((stride) => stride !== 1)) {
    const shape = fixedShape(node.input(0).shape, 'the gradient of Conv');
    const rows = fixedShape(gradient.shape, 'the gradient of Conv');
    // rows and columns at the far edges that no window reached
    const rest = [0, 1].map(
      (axis) => shape[axis + 2]! + pads[axis]! + pads[axis + 2]! - kernel[axis]! - (rows[axis + 2]! - 1) * strides[axis]!,
    );
    return graph.add('ConvTranspose', [gradient, w], { strides, pads, output_padding: rest });
  }
  const flipped =
    kh === 1 && kw === 1
      ? w
      : graph.add('Slice', [w, graph.integers(-1, -1), graph.integers(-kh - 1, -kw - 1), graph.integers(2, 3), graph.integers(-1, -1)]);
  const exchanged = graph.add('Transpose', [flipped], { perm: [1, 0, 2, 3] });
  return graph.add('Conv', [gradient, exchanged], {
    kernel_shape: kernel,
    pads: [kh - 1 - pads[0]!, kw - 1 - pads[1]!, kh - 1 - pads[2]!, kw - 1 - pads[3]!],
  });
}
