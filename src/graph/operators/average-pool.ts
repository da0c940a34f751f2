/** AveragePool: the mean of windows that do not overlap (kernel = stride, no padding); a remainder at the far edges is left out. */
import type { NodeContext, Operator } from '../operator.js';
import { requireRank } from '../shape-rules.js';
import { fixedShape } from '../value.js';
import { nearestResize } from './resize.js';

export const averagePool: Operator = {
  half: 'round',
  inFiles: 'rewritten',
  inputs: [
    // dx = dy / (kh kw) at every pixel of the window, 0 at the remainder
    {
      name: 'X',
      gradient: (node) => {
        const { graph } = node;
        const [kernelHeight, kernelWidth] = kernel(node);
        const [batch, channels, height, width] = fixedShape(node.input(0).shape, 'the gradient of AveragePool') as [
          number,
          number,
          number,
          number,
        ];
        const [rows, columns] = fixedShape(node.gradient.shape.slice(2), 'the gradient of AveragePool') as [number, number];
        const covered = [rows * kernelHeight, columns * kernelWidth] as const;
        const share = graph.add('Mul', [node.gradient, 1 / (kernelHeight * kernelWidth)]);
        const spread = graph.add('Resize', [share, null, null, graph.integers(batch, channels, ...covered)], nearestResize);
        const [down, right] = [height - covered[0], width - covered[1]];
        return down === 0 && right === 0 ? spread : graph.add('Pad', [spread, graph.integers(0, 0, 0, 0, 0, 0, down, right)]);
      },
    },
  ],
  attributes: { kernel_shape: 'ints', strides: 'ints' },
  infer: (node) => {
    const x = node.input(0);
    requireRank(x, 4);
    const window = kernel(node);
    const spatial = x.shape.slice(2).map((size, axis) => {
      const length = window[axis]!;
      if (length === 1) return size;
      return typeof size === 'number' ? Math.floor(size / length) : `floor((${size})/${length})`;
    });
    return { dataType: x.dataType, shape: [x.shape[0]!, x.shape[1]!, ...spatial] };
  },
};

function kernel(node: NodeContext): [number, number] {
  const size = node.integers('kernel_shape', []);
  const strides = node.integers('strides', [1, 1]);
  if (size.length !== 2 || size[0] !== strides[0] || size[1] !== strides[1]) {
    throw new Error(`two kernel sizes equal to the strides expected, received kernel [${size}] and strides [${strides}]`);
  }
  return [size[0]!, size[1]!];
}
