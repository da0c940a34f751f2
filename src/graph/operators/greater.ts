/** Greater: x > y, broadcast. */
import { type Operator, stopsGradient } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';

export const greater: Operator = {
  inputs: [
    { name: 'A', gradient: stopsGradient },
    { name: 'B', gradient: stopsGradient },
  ],
  infer: (node) => ({ ...broadcastInputs(node), dataType: 'bool' }),
};
