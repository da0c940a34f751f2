/** Where: z = c ? x : y, broadcast. */
import { elementwise } from '../element-arithmetic.js';
import { type Operator, stopsGradient } from '../operator.js';
import { requireBoolean, requireSameType } from '../shape-rules.js';
import { broadcastShapes } from '../value.js';

export const where: Operator = {
  half: 'keep',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [
    { name: 'condition', gradient: stopsGradient },
    // dx = c ? dz : 0
    {
      name: 'X',
      gradient: ({ graph, inputs, gradient }) => graph.add('Where', [inputs[0]!, gradient, graph.numbers(gradient.dataType, 0)]),
    },
    // dy = c ? 0 : dz
    {
      name: 'Y',
      gradient: ({ graph, inputs, gradient }) => graph.add('Where', [inputs[0]!, graph.numbers(gradient.dataType, 0), gradient]),
    },
  ],
  infer: (node) => {
    const [condition, x, y] = [node.input(0), node.input(1), node.input(2)];
    requireBoolean(condition);
    requireSameType([x, y]);
    const elements = elementwise(node, (chosen, a, b) => (chosen === 1 ? a : b));
    return { dataType: x.dataType, elements, shape: [x.shape, y.shape].reduce(broadcastShapes, condition.shape) };
  },
};
