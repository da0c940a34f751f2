/** Sign: -1, 0 or 1. */
import { type Operator, stopsGradient } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';

export const sign: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [{ name: 'X', gradient: stopsGradient }],
  infer: sameAsInput,
};
