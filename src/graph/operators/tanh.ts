/** Tanh: y = (e^x - e^-x) / (e^x + e^-x). */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const tanh: Operator = {
  half: 'round',
  inFiles: 'same',
  elementwise: 'approximate',
  // dx = dy (1 - y^2)
  inputs: [
    {
      name: 'input',
      gradient: ({ graph, gradient, output }) => {
        const slope = graph.add('Sub', [graph.numbers(output.dataType, 1), graph.add('Mul', [output, output])]);
        return graph.add('Mul', [gradient, slope]);
      },
    },
  ],
  infer: sameAsInput,
};
