/**
 * ConvWeightGradient: the gradient of Conv with respect to W, from X [N, C, H, W] and dY [N, M, h, w] to [M, C / group, kh, kw]. Of the private
 * domain: `lowering/convolution` puts nodes in its place that a machine has kernels for.
 */
import { geometryOf, outputSize, reach } from '../convolution-geometry.js';
import { notDifferentiable, type Operator, privateDomain } from '../operator.js';
import { requireRank, requireSameType } from '../shape-rules.js';
import { fixedShape, formatShape } from '../value.js';

export const convWeightGradient: Operator = {
  half: 'never',
  inFiles: 'never',
  domain: privateDomain,
  inputs: [
    { name: 'X', gradient: notDifferentiable },
    { name: 'dY', gradient: notDifferentiable },
  ],
  attributes: { kernel_shape: 'ints', strides: 'ints', pads: 'ints', dilations: 'ints', group: 'int' },
  // dW = sum over images and positions of dY times the window of X at the position
  infer: (node) => {
    const [x, gradient] = [node.input(0), node.input(1)];
    requireSameType([x, gradient]);
    requireRank(x, 4);
    requireRank(gradient, 4);
    const geometry = geometryOf(node, node.integers('kernel_shape', []));
    const { kernel, strides, pads, group } = geometry;
    const [images, channels, ...size] = fixedShape(x.shape, 'the gradient of Conv') as [number, number, number, number];
    const [count, filters, ...windows] = fixedShape(gradient.shape, 'the gradient of Conv') as [number, number, number, number];
    const expected = size.map((length, axis) => outputSize(length, reach(geometry, axis) - pads[axis]! - pads[axis + 2]!, strides[axis]!));
    if (count !== images || windows.some((length, axis) => length !== expected[axis])) {
      throw new Error(`${gradient.name} must be ${formatShape([images, filters, ...expected])}, received ${formatShape(gradient.shape)}`);
    }
    if (channels % group !== 0 || filters % group !== 0)
      throw new Error(`${channels} channels and ${filters} filters cannot be divided into ${group} groups`);
    return { dataType: x.dataType, shape: [filters, channels / group, ...kernel] };
  },
};
