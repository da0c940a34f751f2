/** Not: y = 1 where x is false, else 0. */
import { elementwise } from '../element-arithmetic.js';
import { type Operator, stopsGradient } from '../operator.js';
import { requireBoolean, sameAsInput } from '../shape-rules.js';

export const not: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [{ name: 'X', gradient: stopsGradient }],
  infer: (node) => {
    requireBoolean(node.input(0));
    return { ...sameAsInput(node), elements: elementwise(node, (x) => (x === 0 ? 1 : 0)) };
  },
};
