/** HardSigmoid: y = max(0, min(1, alpha x + beta)). */
import { notDifferentiable, type Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const hardSigmoid: Operator = {
  half: 'round',
  inFiles: 'rewritten',
  elementwise: 'approximate',
  inputs: [{ name: 'X', gradient: notDifferentiable }],
  attributes: { alpha: 'float', beta: 'float' },
  infer: sameAsInput,
};
