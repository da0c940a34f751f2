/** Expand: the input broadcast against a shape (input 1). */
import { type Operator, stopsGradient } from '../operator.js';
import { broadcastShapes } from '../value.js';

/** Vectors that stand for shapes are short. */
const longestKnown = 64;

export const expand: Operator = {
  half: 'keep',
  inFiles: 'same',
  inputs: [
    // dx = dy summed over the broadcast axes, which the engine does
    { name: 'input', gradient: ({ gradient }) => gradient },
    { name: 'shape', gradient: stopsGradient },
  ],
  infer: (node) => {
    const { dataType, shape } = node.input(0);
    const target = node.input(1).elements;
    if (!target) throw new Error(`the shape (${node.input(1).name}) must be known while building the graph`);
    const known = node.input(0).elements;
    const [size] = target;
    const copied = known?.length === 1 && shape.length <= 1 && target.length === 1 && typeof size === 'number' && size <= longestKnown;
    return {
      dataType,
      shape: broadcastShapes(shape, target),
      elements: copied ? Array.from({ length: size }, () => known[0]!) : undefined,
    };
  },
};
