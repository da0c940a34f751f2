/** Cos: y = cos x. */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const cos: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'approximate',
  // dx = -dy sin x
  inputs: [
    {
      name: 'input',
      gradient: (node) => node.graph.add('Neg', [node.graph.add('Mul', [node.gradient, node.graph.add('Sin', [node.input(0)])])]),
    },
  ],
  infer: sameAsInput,
};
