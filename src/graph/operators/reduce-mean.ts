/** ReduceMean: the mean over some axes (input 1; all when absent). */

import { spreadOverReducedAxes } from '../gradient-of-reduction.js';
import type { Operator } from '../operator.js';
import { stopsGradient } from '../operator.js';
import { reducedAxes, reducedType } from '../shape-rules.js';
import { fixedShape } from '../value.js';

export const reduceMean: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [
    // dx = dy / n, spread over the n reduced elements
    {
      name: 'data',
      gradient: (node) => {
        const shape = fixedShape(node.input(0).shape, 'the gradient of ReduceMean');
        const count = reducedAxes(node).reduce((total, axis) => total * shape[axis]!, 1);
        return spreadOverReducedAxes(node, node.graph.add('Mul', [node.gradient, 1 / count]));
      },
    },
    { name: 'axes', gradient: stopsGradient, optional: true, writtenAsAttribute: true },
  ],
  attributes: { keepdims: 'int' },
  infer: reducedType,
};
