/** Sub: z = x - y, broadcast. */
import { elementwise, ofNumbers } from '../element-arithmetic.js';
import type { Operator } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';

export const sub: Operator = {
  half: 'round',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [
    // dx = dz
    { name: 'A', gradient: ({ gradient }) => gradient },
    // dy = -dz
    { name: 'B', gradient: ({ graph, gradient }) => graph.add('Neg', [gradient]) },
  ],
  infer: (node) => ({
    ...broadcastInputs(node),
    elements: elementwise(
      node,
      ofNumbers((a, b) => a - b),
    ),
  }),
};
