/** Sigmoid: y = 1 / (1 + e^-x). */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const sigmoid: Operator = {
  half: 'round',
  inFiles: 'same',
  elementwise: 'approximate',
  // dx = dy y (1 - y)
  inputs: [
    {
      name: 'X',
      gradient: ({ graph, gradient, output }) => {
        const slope = graph.add('Mul', [output, graph.add('Sub', [graph.numbers(output.dataType, 1), output])]);
        return graph.add('Mul', [gradient, slope]);
      },
    },
  ],
  infer: sameAsInput,
};
