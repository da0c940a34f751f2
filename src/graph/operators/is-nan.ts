/** IsNaN: whether an element is not a number: of attention whose row is masked everywhere. */
import { type Operator, stopsGradient } from '../operator.js';

export const isNan: Operator = {
  half: 'never',
  inFiles: 'same',
  elementwise: 'exact',
  inputs: [{ name: 'X', gradient: stopsGradient }],
  infer: (node) => ({ dataType: 'bool', shape: node.input(0).shape }),
};
