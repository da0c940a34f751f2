/** ConvTranspose: the adjoint of Conv, [N, M, h, w] with [M, C / group, kh, kw] -> [N, C, H, W]. Used by the gradient of strided Conv alone. */
import { notDifferentiable, type Operator } from '../operator.js';
import { requireRank } from '../shape-rules.js';
import { fixedShape } from '../value.js';

export const convTranspose: Operator = {
  half: 'accumulate',
  // filters are [inputs, outputs / group, height, width]
  sums: {
    length: ({ inputs, attributes }) => {
      const [channels, , height, width] = inputs[1]!.shape as [number, number, number, number];
      return (channels / ((attributes.group as number | undefined) ?? 1)) * height * width;
    },
    axes: () => undefined,
  },
  inFiles: 'never',
  inputs: [
    { name: 'X', gradient: notDifferentiable },
    { name: 'W', gradient: notDifferentiable },
  ],
  attributes: { strides: 'ints', pads: 'ints', output_padding: 'ints', dilations: 'ints', group: 'int' },
  infer: (node) => {
    const [x, w] = [node.input(0), node.input(1)];
    requireRank(x, 4);
    requireRank(w, 4);
    if (x.shape[1] !== w.shape[0]) throw new Error(`${x.name} has ${x.shape[1]} channels, ${w.name} expects ${w.shape[0]}`);
    const kernel = fixedShape(w.shape.slice(2), 'the kernel of ConvTranspose');
    const strides = node.integers('strides', [1, 1]);
    const pads = node.integers('pads', [0, 0, 0, 0]);
    const dilations = node.integers('dilations', [1, 1]);
    const extra = node.integers('output_padding', [0, 0]);
    const spatial = fixedShape(x.shape.slice(2), 'ConvTranspose').map(
      (size, axis) =>
        (size - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1 + extra[axis]! - pads[axis]! - pads[axis + 2]!,
    );
    const [channels] = fixedShape([w.shape[1]!], 'ConvTranspose') as [number];
    return { dataType: x.dataType, shape: [x.shape[0]!, channels * node.integer('group', 1), ...spatial] };
  },
};
