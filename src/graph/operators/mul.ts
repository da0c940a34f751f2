/** Mul: z = x y, broadcast. */
import { elementwise } from '../element-arithmetic.js';
import type { Operator } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';
import { product } from '../value.js';

export const mul: Operator = {
  half: 'round',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [
    // dx = dz y
    { name: 'A', gradient: (node) => node.graph.add('Mul', [node.gradient, node.input(1)]) },
    // dy = dz x
    { name: 'B', gradient: (node) => node.graph.add('Mul', [node.gradient, node.input(0)]) },
  ],
  infer: (node) => ({ ...broadcastInputs(node), elements: elementwise(node, (a, b) => product([a, b])) }),
};
