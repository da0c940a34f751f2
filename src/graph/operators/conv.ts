/** Conv: two-dimensional convolution of [N, C, H, W] with [M, C / group, kh, kw], optionally + bias [M]. */

import { convolutionGeometry, outputSize, reach } from '../convolution-geometry.js';
import type { Operator } from '../operator.js';
import { requireRank, requireSameType } from '../shape-rules.js';
import { fixedShape, product } from '../value.js';

export const conv: Operator = {
  half: 'accumulate',
  // filters are [outputs, inputs / group, height, width]
  sums: {
    length: ({ inputs }) => product(inputs[1]!.shape.slice(1)) as number,
    axes: (_, input) => (input === 1 ? [1, 3] : undefined),
  },
  inFiles: 'rewritten',
  inputs: [
    // dX = each dY spread over its window, weighted with W
    {
      name: 'X',
      gradient: (node) => {
        const geometry = convolutionGeometry(node);
        const { kernel, strides, pads, dilations, group } = geometry;
        const attributes = { kernel_shape: kernel, strides, pads, dilations, group };
        if (strides.every((stride) => stride === 1)) return node.graph.add('ConvInputGradient', [node.gradient, node.input(1)], attributes);
        const size = fixedShape(node.input(0).shape.slice(2), 'the gradient of Conv');
        const windows = fixedShape(node.gradient.shape.slice(2), 'the gradient of Conv');
        const rest = size.map(
          (length, axis) => length + pads[axis]! + pads[axis + 2]! - reach(geometry, axis) - (windows[axis]! - 1) * strides[axis]!,
        );
        return node.graph.add('ConvInputGradient', [node.gradient, node.input(1)], { ...attributes, output_padding: rest });
      },
    },
    // dW = sum over windows of dY times the window
    {
      name: 'W',
      gradient: (node) => {
        const { kernel, strides, pads, dilations, group } = convolutionGeometry(node);
        const attributes = { kernel_shape: kernel, strides, pads, dilations, group };
        return node.graph.add('ConvWeightGradient', [node.input(0), node.gradient], attributes);
      },
    },
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
