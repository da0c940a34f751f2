/** Add: z = x + y, broadcast. */
import { elementwise } from '../element-arithmetic.js';
import type { Operator } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';
import { sum } from '../value.js';

export const add: Operator = {
  half: 'round',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [
    // dx = dz
    { name: 'A', gradient: ({ gradient }) => gradient },
    // dy = dz
    { name: 'B', gradient: ({ gradient }) => gradient },
  ],
  infer: (node) => ({ ...broadcastInputs(node), elements: elementwise(node, (a, b) => sum([a, b])) }),
};
