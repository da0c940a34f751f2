/** Identity: y = x. */
import type { Operator } from '../operator.js';

export const identity: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  isView: true,
  elementwise: 'exact',
  // dx = dy
  inputs: [{ name: 'X', gradient: ({ gradient }) => gradient }],
  infer: (node) => {
    const { dataType, shape, elements } = node.input(0);
    return { dataType, shape, elements };
  },
};
