/** Div: z = x / y, broadcast. */
import { elementwise, ofNumbers } from '../element-arithmetic.js';
import type { Operator } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';
import { quotient } from '../value.js';

/** Quotients of integers, the only elements that are known. */
const truncated = ofNumbers((a, b) => Math.trunc(a / b));

export const div: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [
    // dx = dz / y
    { name: 'A', gradient: (node) => node.graph.add('Div', [node.gradient, node.input(1)]) },
    // dy = -dz z / y
    {
      name: 'B',
      gradient: (node) => {
        const { graph, gradient, output } = node;
        return graph.add('Neg', [graph.add('Div', [graph.add('Mul', [gradient, output]), node.input(1)])]);
      },
    },
  ],
  infer: (node) => ({
    ...broadcastInputs(node),
    elements: elementwise(node, (a, b) => truncated(a, b) ?? quotient([a], [b])),
  }),
};
