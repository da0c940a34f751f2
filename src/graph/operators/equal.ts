/** Equal: x = y, broadcast. */
import { elementwise } from '../element-arithmetic.js';
import { type Operator, stopsGradient } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';

export const equal: Operator = {
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
    elements: elementwise(node, (a, b) => {
      if (a === b) return 1;
      // sizes are never negative
      return [a, b].every((size) => typeof size === 'number') || [a, b].some((size) => typeof size === 'number' && size < 0)
        ? 0
        : undefined;
    }),
  }),
};
