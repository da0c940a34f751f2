/** Squeeze: axes of size 1 (input 1) removed. */
import { type Operator, stopsGradient } from '../operator.js';
import { normalizeAxis } from '../value.js';
import { viewGradient } from '../view-gradient.js';

export const squeeze: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  isView: true,
  inputs: [
    { name: 'data', gradient: viewGradient('Squeeze') },
    { name: 'axes', gradient: stopsGradient },
  ],
  infer: (node) => {
    const { dataType, shape, elements } = node.input(0);
    const axes = node.knownIntegers(1).map((axis) => normalizeAxis(axis, shape.length));
    for (const axis of axes) if (shape[axis] !== 1) throw new Error(`axis ${axis} has size ${shape[axis]}, not 1`);
    return { dataType, shape: shape.filter((_, axis) => !axes.includes(axis)), elements };
  },
};
