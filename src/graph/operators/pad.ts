/** Pad: zeros around the input (input 1: all the sizes before, then all the sizes after). */
import { type Operator, stopsGradient } from '../operator.js';
import { fixedShape } from '../value.js';

export const pad: Operator = {
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
    const padded = shape.map((size, axis) => {
      const added = pads[axis]! + pads[axis + shape.length]!;
      if (added === 0) return size;
      return typeof size === 'number' ? size + added : `${size}+${added}`;
    });
    return { dataType, shape: padded };
  },
};
