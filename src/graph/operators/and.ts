/** And: whether both are true, broadcast. */
import { elementwise } from '../element-arithmetic.js';
import { type Operator, stopsGradient } from '../operator.js';
import { broadcastInputs, requireBoolean } from '../shape-rules.js';

export const and: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [
    { name: 'A', gradient: stopsGradient },
    { name: 'B', gradient: stopsGradient },
  ],
  infer: (node) => {
    requireBoolean(node.input(0));
    return { ...broadcastInputs(node), elements: elementwise(node, (a, b) => (a !== 0 && b !== 0 ? 1 : 0)) };
  },
};
