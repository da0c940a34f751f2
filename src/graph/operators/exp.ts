/** Exp: y = e^x. */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const exp: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'approximate',
  // dx = dy y
  inputs: [{ name: 'X', gradient: ({ graph, gradient, output }) => graph.add('Mul', [gradient, output]) }],
  infer: sameAsInput,
};
