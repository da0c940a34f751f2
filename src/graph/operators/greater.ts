/** Greater: x > y, broadcast. */
import { elementwise, ofNumbers } from '../element-arithmetic.js';
import { type Operator, stopsGradient } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';

export const greater: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [
    { name: 'A', gradient: stopsGradient },
    { name: 'B', gradient: stopsGradient },
  ],
  infer: (node) => ({
    ...broadcastInputs(node),
    dataType: 'bool',
    elements: elementwise(
      node,
      ofNumbers((a, b) => Number(a > b)),
    ),
  }),
};
