/** ScatterND: a copy of the data with updates added or written at indices of its leading axes. Used by gradients alone. */
import { notDifferentiable, type Operator, stopsGradient } from '../operator.js';
import { formatShape, sameShape } from '../value.js';

export const scatterND: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [
    { name: 'data', gradient: notDifferentiable },
    { name: 'indices', gradient: stopsGradient },
    { name: 'updates', gradient: notDifferentiable },
  ],
  attributes: { reduction: 'string' },
  infer: (node) => {
    const [data, indices, updates] = [node.input(0), node.input(1), node.input(2)];
    const depth = indices.shape.at(-1);
    if (typeof depth !== 'number') throw new Error('the last axis of indices must be known');
    const expected = [...indices.shape.slice(0, -1), ...data.shape.slice(depth)];
    if (!sameShape(expected, updates.shape))
      throw new Error(`updates must be ${formatShape(expected)}, received ${formatShape(updates.shape)}`);
    return { dataType: data.dataType, shape: data.shape };
  },
};
