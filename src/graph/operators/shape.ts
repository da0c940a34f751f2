/** Shape: the sizes of a tensor as int64. */
import { type Operator, stopsGradient } from '../operator.js';

export const shape: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [{ name: 'data', gradient: stopsGradient }],
  infer: (node) => {
    const sizes = node.input(0).shape;
    return { dataType: 'int64', shape: [sizes.length], elements: sizes };
  },
};
