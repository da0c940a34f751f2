/** Pad: zeros around the input (input 1: all the sizes before, then all the sizes after). */
import { type Operator, stopsGradient } from '../operator.js';
import { fixedShape, sum } from '../value.js';

export const pad: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  inputs: [
    // dx = the inner part of dy
    {
      name: 'data',
      gradient: (node) => {
        const shape = fixedShape(node.input(0).shape, 'the gradient of Pad');
        const before = node.knownIntegers(1).slice(0, shape.length);
        const after = shape.map((size, axis) => size + before[axis]!);
        return node.graph.add('Slice', [node.gradient, node.graph.integers(...before), node.graph.integers(...after)]);
      },
    },
    { name: 'pads', gradient: stopsGradient },
  ],
  infer: (node) => {
    const { dataType, shape } = node.input(0);
    const pads = node.knownIntegers(1);
    if (pads.length !== 2 * shape.length || pads.some((size) => size < 0)) {
      throw new Error(`pads must be ${2 * shape.length} sizes from 0, received [${pads}]`);
    }
    return { dataType, shape: shape.map((size, axis) => sum([size, pads[axis]!, pads[axis + shape.length]!])) };
  },
};
