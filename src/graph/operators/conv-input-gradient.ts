/**
 * ConvInputGradient: the gradient of Conv with respect to X, from dY [N, M, h, w] and the weights [M, C / group, kh, kw] to [N, C, H, W]. Of the
 * private domain: `lowering/convolution` puts nodes in its place that a machine has kernels for.
 */
import { convolutionGeometry, outputSize, reach } from '../convolution-geometry.js';
import { notDifferentiable, type Operator, privateDomain } from '../operator.js';
import { requireRank, requireSameType } from '../shape-rules.js';
import { fixedShape, formatShape } from '../value.js';

export const convInputGradient: Operator = {
  half: 'never',
  inFiles: 'never',
  domain: privateDomain,
  inputs: [
    { name: 'dY', gradient: notDifferentiable },
    { name: 'W', gradient: notDifferentiable },
  ],
  // output_padding: rows and columns at the far edges of X that no window reached
  attributes: { kernel_shape: 'ints', strides: 'ints', pads: 'ints', dilations: 'ints', group: 'int', output_padding: 'ints' },
  // dX = sum over filters and windows of dY W: as many pixels as windows cover, without the padding
  infer: (node) => {
    const [gradient, w] = [node.input(0), node.input(1)];
    requireSameType([gradient, w]);
    requireRank(gradient, 4);
    requireRank(w, 4);
    const geometry = convolutionGeometry(node);
    const { strides, pads, group } = geometry;
    const rest = node.integers('output_padding', [0, 0]);
    const [filters, channels] = fixedShape(w.shape.slice(0, 2), 'the weights of Conv') as [number, number];
    if (gradient.shape[1] !== filters) throw new Error(`${gradient.name} ${formatShape(gradient.shape)} must have ${filters} channels`);
    if (rest.length !== 2 || rest.some((size, axis) => size < 0 || size >= strides[axis]!))
      throw new Error(`output_padding [${rest}] must be smaller than the strides [${strides}]`);
    const spatial = gradient.shape.slice(2).map((size, axis) => {
      const added = reach(geometry, axis) + rest[axis]! - pads[axis]! - pads[axis + 2]!;
      if (strides[axis] === 1) return outputSize(size, 2 - added, 1);
      return (fixedShape([size], 'the gradient of Conv')[0]! - 1) * strides[axis]! + added;
    });
    return { dataType: gradient.dataType, shape: [gradient.shape[0]!, channels * group, ...spatial] };
  },
};
