/** ReduceSum: the sum over some axes (input 1; all when absent). */

import { spreadOverReducedAxes } from '../gradient-of-reduction.js';
import type { Operator } from '../operator.js';
import { stopsGradient } from '../operator.js';
import { reducedType } from '../shape-rules.js';

export const reduceSum: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [
    // dx = dy, spread over the reduced axes
    { name: 'data', gradient: (node) => spreadOverReducedAxes(node, node.gradient) },
    { name: 'axes', gradient: stopsGradient, optional: true },
  ],
  attributes: { keepdims: 'int' },
  infer: reducedType,
};
