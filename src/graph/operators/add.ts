/** Add: z = x + y, broadcast. */
import type { Operator } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';

export const add: Operator = {
  inputs: [
    // dx = dz
    { name: 'A', gradient: ({ gradient }) => gradient },
    // dy = dz
    { name: 'B', gradient: ({ gradient }) => gradient },
  ],
  infer: broadcastInputs,
};
