/** Mod: the remainder of integers with the sign of the divisor, broadcast: sizes that exporters round up to a multiple. */
import { elementwise, ofNumbers } from '../element-arithmetic.js';
import { type Operator, stopsGradient } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';

export const mod: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  elementwise: 'exact',
  inputs: [
    { name: 'A', gradient: stopsGradient },
    { name: 'B', gradient: stopsGradient },
  ],
  infer: (node) => {
    const type = broadcastInputs(node);
    if (type.dataType !== 'int64' && type.dataType !== 'int32') throw new Error(`integers expected, received ${type.dataType}`);
    const remainder = ofNumbers((a, b) => a - b * Math.floor(a / b));
    return { ...type, elements: elementwise(node, remainder) };
  },
};
