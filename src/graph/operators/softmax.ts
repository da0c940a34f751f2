/** Softmax: y = e^x / sum e^x along one axis. */
import type { Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const softmax: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [
    // dx = (dy - sum(dy y)) y
    {
      name: 'input',
      gradient: (node) => {
        const { graph, gradient, output } = node;
        const weighted = graph.add('ReduceSum', [graph.add('Mul', [gradient, output]), graph.integers(node.integer('axis', -1))]);
        return graph.add('Mul', [graph.add('Sub', [gradient, weighted]), output]);
      },
    },
  ],
  attributes: { axis: 'int' },
  infer: sameAsInput,
};
