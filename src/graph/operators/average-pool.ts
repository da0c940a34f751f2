/** AveragePool: the mean of windows that do not overlap (kernel = stride, no padding); a remainder at the far edges is left out. */
import type { NodeContext, Operator } from '../operator.js';
import { requireRank } from '../shape-rules.js';
import { fixedShape } from '../value.js';

export const averagePool: Operator = {
  inputs: [
    // dx = dy / (kh kw) at every pixel of the window, 0 at the remainder. Columns are spread by a product with a constant matrix
    // (a row of it holds 1 / (kh kw) at the columns of one window) and rows by joining copies: much faster than Expand
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
        const [rows, columns] = [Math.floor(height / kernelHeight), Math.floor(width / kernelWidth)];
        const spread = Array.from({ length: columns * width }, (_, index) => {
          const [window, column] = [Math.floor(index / width), index % width];
          return Math.floor(column / kernelWidth) === window ? 1 / (kernelHeight * kernelWidth) : 0;
        });
        const lines = graph.add('Reshape', [node.gradient, graph.integers(batch * channels * rows, columns)]);
        const wide = graph.add('MatMul', [lines, graph.numbers(lines.dataType, spread, [columns, width])]);
        const single = graph.add('Reshape', [wide, graph.integers(batch * channels, rows, 1, width)]);
        const copies = graph.add(
          'Concat',
          Array.from({ length: kernelHeight }, () => single),
          { axis: 2 },
        );
        const covered = rows * kernelHeight;
        const flat = graph.add('Reshape', [copies, graph.integers(batch, channels, covered, width)]);
        return covered === height ? flat : graph.add('Pad', [flat, graph.integers(0, 0, 0, 0, 0, 0, height - covered, 0)]);
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
