/** MaxPool of [N, C, H, W]: the largest value of each window. Second output: its place, counted through the whole input. */
import { outputSize } from '../convolution-geometry.js';
import type { NodeContext, Operator } from '../operator.js';
import { requireRank } from '../shape-rules.js';
import { type Dimension, fixedShape } from '../value.js';

export const maxPool: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  // WebGPU's kernel gives no places
  omitsOutputs: true,
  inputs: [
    // dx = the sum of the dy of the windows of which x is the largest value
    {
      name: 'X',
      gradient: (node) => {
        const { graph, gradient } = node;
        const shape = fixedShape(node.input(0).shape, 'the gradient of MaxPool');
        const size = shape.reduce((product, length) => product * length, 1);
        const zeros = graph.add('Expand', [graph.numbers(gradient.dataType, 0), graph.integers(size)]);
        const places = graph.add('Reshape', [node.outputs[1]!, graph.integers(-1, 1)]);
        const updates = graph.add('Reshape', [gradient, graph.integers(-1)]);
        return graph.add('Reshape', [graph.add('ScatterND', [zeros, places, updates], { reduction: 'add' }), graph.integers(...shape)]);
      },
    },
  ],
  attributes: { kernel_shape: 'ints', strides: 'ints', pads: 'ints', ceil_mode: 'int' },
  infer: (node) => {
    const x = node.input(0);
    requireRank(x, 4);
    const { kernel, strides, pads, roundsUp } = geometry(node);
    const spatial = x.shape.slice(2).map((size, axis): Dimension => {
      const [stride, taken] = [strides[axis]!, kernel[axis]! - pads[axis]! - pads[axis + 2]!];
      const count = outputSize(size, taken, stride, roundsUp ? 'ceil' : 'floor');
      if (typeof size === 'string' || typeof count === 'string') return count;
      // no window starts beyond the input and its padding on the left
      return roundsUp && (count - 1) * stride >= size + pads[axis]! ? count - 1 : count;
    });
    const shape = [x.shape[0]!, x.shape[1]!, ...spatial];
    return [
      { dataType: x.dataType, shape },
      { dataType: 'int64', shape },
    ];
  },
};

function geometry(node: NodeContext) {
  const kernel = node.integers('kernel_shape', []);
  const strides = node.integers('strides', [1, 1]);
  const pads = node.integers('pads', [0, 0, 0, 0]);
  if (kernel.length !== 2 || strides.length !== 2 || pads.length !== 4 || [...kernel, ...strides].some((size) => size < 1)) {
    throw new Error(`2 kernel sizes, 2 strides and 4 pads expected, received [${kernel}], [${strides}] and [${pads}]`);
  }
  if (pads.some((size, side) => size < 0 || size >= kernel[side % 2]!)) throw new Error(`pads [${pads}] must be smaller than [${kernel}]`);
  return { kernel, strides, pads, roundsUp: node.integer('ceil_mode', 0) === 1 };
}
