/** Expand: the input broadcast against a shape (input 1). */
import { type Operator, stopsGradient } from '../operator.js';
import { broadcastShapes } from '../value.js';

export const expand: Operator = {
  inputs: [
    // dx = dy summed over the broadcast axes, which the engine does
    { name: 'input', gradient: ({ gradient }) => gradient },
    { name: 'shape', gradient: stopsGradient },
  ],
  infer: (node) => {
    const { dataType, shape } = node.input(0);
    const target = node.input(1).elements;
    if (!target) throw new Error(`the shape (${node.input(1).name}) must be known while building the graph`);
    return { dataType, shape: broadcastShapes(shape, target) };
  },
};
