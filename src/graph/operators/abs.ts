/** Abs: y = |x|. */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const abs: Operator = {
  // dx = dy sign(x); 0 at 0
  inputs: [{ name: 'X', gradient: (node) => node.graph.add('Mul', [node.gradient, node.graph.add('Sign', [node.input(0)])]) }],
  infer: sameAsInput,
};
