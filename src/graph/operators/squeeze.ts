/** Squeeze: axes of size 1 (input 1) removed. */
import { type Operator, stopsGradient } from '../operator.js';
import { fixedShape, normalizeAxis } from '../value.js';

export const squeeze: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  isView: true,
  inputs: [
    // dx = dy in the shape of x
    {
      name: 'data',
      gradient: (node) => {
        const shape = fixedShape(node.input(0).shape, 'the gradient of Squeeze');
        return node.graph.add('Reshape', [node.gradient, node.graph.integers(...shape)]);
      },
    },
    { name: 'axes', gradient: stopsGradient },
  ],
  infer: (node) => {
    const { dataType, shape, elements } = node.input(0);
    const axes = node.knownIntegers(1).map((axis) => normalizeAxis(axis, shape.length));
    for (const axis of axes) if (shape[axis] !== 1) throw new Error(`axis ${axis} has size ${shape[axis]}, not 1`);
    return { dataType, shape: shape.filter((_, axis) => !axes.includes(axis)), elements };
  },
};
