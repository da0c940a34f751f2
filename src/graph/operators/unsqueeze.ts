/** Unsqueeze: new axes of size 1 (input 1, counted in the output). */
import { type Operator, stopsGradient } from '../operator.js';
import { normalizeAxis } from '../value.js';
import { viewGradient } from '../view-gradient.js';

export const unsqueeze: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  isView: true,
  inputs: [
    { name: 'data', gradient: viewGradient('Unsqueeze') },
    { name: 'axes', gradient: stopsGradient },
  ],
  infer: (node) => {
    const { dataType, shape, elements } = node.input(0);
    const axes = node.knownIntegers(1);
    const rank = shape.length + axes.length;
    const added = new Set(axes.map((axis) => normalizeAxis(axis, rank)));
    if (added.size !== axes.length) throw new Error(`axes [${axes}] name one axis twice`);
    const rest = [...shape];
    const sizes = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.shift()!));
    return { dataType, shape: sizes, elements: rank <= 1 ? elements : undefined };
  },
};
