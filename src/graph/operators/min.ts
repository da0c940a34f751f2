/** Min: the smallest of several values, broadcast. Used by the optimizer alone. */
import { notDifferentiable, type Operator } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';

export const min: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  elementwise: 'exact',
  inputs: [{ name: 'data', gradient: notDifferentiable, variadic: true }],
  infer: broadcastInputs,
};
