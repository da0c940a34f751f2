/** Sqrt: y = x^(1/2). */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const sqrt: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'exact',
  // dx = dy / (2 y)
  inputs: [{ name: 'X', gradient: ({ graph, gradient, output }) => graph.add('Div', [graph.add('Mul', [gradient, 0.5]), output]) }],
  infer: sameAsInput,
};
