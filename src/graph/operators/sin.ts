/** Sin: y = sin x. */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const sin: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'approximate',
  // dx = dy cos x
  inputs: [{ name: 'input', gradient: (node) => node.graph.add('Mul', [node.gradient, node.graph.add('Cos', [node.input(0)])]) }],
  infer: sameAsInput,
};
