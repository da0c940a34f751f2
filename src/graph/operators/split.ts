/** Split: one tensor cut along one axis into parts of stated sizes (input 1). */
import { type Operator, stopsGradient } from '../operator.js';
import { fixedShape, normalizeAxis } from '../value.js';

export const split: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  inputs: [
    // dx = the gradients of the parts, joined; zeros for a part that no loss depends on
    {
      name: 'input',
      gradient: ({ graph, outputs, outputGradients, attributes }) => {
        const parts = outputs.map(
          (part, index) =>
            outputGradients[index] ??
            graph.add('Expand', [graph.numbers(part.dataType, 0), graph.integers(...fixedShape(part.shape, 'the gradient of Split'))]),
        );
        return graph.add('Concat', parts, { axis: attributes.axis ?? 0 });
      },
    },
    { name: 'split', gradient: stopsGradient },
  ],
  attributes: { axis: 'int' },
  infer: (node) => {
    const { dataType, shape } = node.input(0);
    const axis = normalizeAxis(node.integer('axis', 0), shape.length);
    const sizes = node.knownIntegers(1);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total !== shape[axis]) throw new Error(`sizes [${sizes}] do not fill axis ${axis} of size ${shape[axis]}`);
    return sizes.map((size) => ({ dataType, shape: shape.map((whole, other) => (other === axis ? size : whole)) }));
  },
};
