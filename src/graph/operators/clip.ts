/** Clip: y = min(max(x, lowest), highest); a bound that is left out does not bind. */
import { notDifferentiable, type Operator } from '../operator.js';
import { requireSameType, sameAsInput } from '../shape-rules.js';
import type { Value } from '../value.js';

export const clip: Operator = {
  half: 'round',
  inFiles: 'rewritten',
  elementwise: 'exact',
  inputs: [
    // dx = dy [y = x]
    {
      name: 'input',
      gradient: (node) => {
        const { graph, gradient, output } = node;
        const isInside = graph.add('Equal', [output, node.input(0)]);
        return graph.add('Where', [isInside, gradient, graph.numbers(gradient.dataType, 0)]);
      },
    },
    { name: 'min', gradient: notDifferentiable, optional: true },
    { name: 'max', gradient: notDifferentiable, optional: true },
  ],
  infer: (node) => {
    const values = node.inputs.filter((value): value is Value => value !== null);
    requireSameType(values);
    for (const { name, shape } of values.slice(1)) if (shape.length > 0) throw new Error(`the bound ${name} must be a scalar`);
    return sameAsInput(node);
  },
};
