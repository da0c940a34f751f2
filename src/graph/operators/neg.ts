/** Neg: y = -x. */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const neg: Operator = {
  half: 'keep',
  inFiles: 'same',
  elementwise: 'exact',
  // dx = -dy
  inputs: [{ name: 'X', gradient: ({ graph, gradient }) => graph.add('Neg', [gradient]) }],
  infer: sameAsInput,
};
