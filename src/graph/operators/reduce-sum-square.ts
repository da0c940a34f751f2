/** ReduceSumSquare: the sum of squares over some axes (input 1; all when absent). */

import { spreadOverReducedAxes } from '../gradient-of-reduction.js';
import type { Operator } from '../operator.js';
import { stopsGradient } from '../operator.js';
import { reducedType } from '../shape-rules.js';

export const reduceSumSquare: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [
    // dx = 2 x dy, spread over the reduced axes
    {
      name: 'data',
      gradient: (node) => node.graph.add('Mul', [node.input(0), spreadOverReducedAxes(node, node.graph.add('Mul', [node.gradient, 2]))]),
    },
    { name: 'axes', gradient: stopsGradient, optional: true, writtenAsAttribute: true },
  ],
  attributes: { keepdims: 'int' },
  infer: reducedType,
};
