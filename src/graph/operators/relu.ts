/** Relu: y = max(0, x). */
import type { GradientContext, Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';
import type { Value } from '../value.js';

export const relu: Operator = {
  half: 'keep',
  inFiles: 'same',
  elementwise: 'exact',
  // dx = dy [y > 0]; 0 at 0
  inputs: [{ name: 'X', gradient: (node) => node.graph.add('Mul', [node.gradient, isPositive(node)]) }],
  infer: sameAsInput,
};

/**
 * 1 where y is positive, 0 where it is 0; y is never negative. min(1, 2^126 y) is that for every normal float32, and takes ONNX Runtime half the
 * time of Sign, whose kernel is not vectorised; there is no HardSigmoid for float64.
 */
function isPositive({ graph, output }: GradientContext): Value {
  return output.dataType === 'float64' ? graph.add('Sign', [output]) : graph.add('HardSigmoid', [output], { alpha: 2 ** 126, beta: 0 });
}
