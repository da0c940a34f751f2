/** Erf: the error function, y = 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x. */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const erf: Operator = {
  half: 'round',
  inFiles: 'same',
  elementwise: 'approximate',
  // dx = dy 2 / sqrt(pi) e^-x^2
  inputs: [
    {
      name: 'input',
      gradient: (node) => {
        const { graph, gradient } = node;
        const x = node.input(0);
        const density = graph.add('Exp', [graph.add('Neg', [graph.add('Mul', [x, x])])]);
        return graph.add('Mul', [gradient, graph.add('Mul', [density, 2 / Math.sqrt(Math.PI)])]);
      },
    },
  ],
  infer: sameAsInput,
};
