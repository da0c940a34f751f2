/** Log: y = ln x, of positive elements. */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const log: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'approximate',
  // dx = dy / x
  inputs: [{ name: 'X', gradient: (node) => node.graph.add('Div', [node.gradient, node.input(0)]) }],
  infer: sameAsInput,
};
