/** Relu: y = max(0, x). */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const relu: Operator = {
  // dx = dy [y > 0]; y is never negative, so its sign is the mask; 0 at 0
  inputs: [{ name: 'X', gradient: ({ graph, gradient, output }) => graph.add('Mul', [gradient, graph.add('Sign', [output])]) }],
  infer: sameAsInput,
};
