/** Abs: y = |x|. */
import type { GradientContext, Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';
import type { Value } from '../value.js';

export const abs: Operator = {
  half: 'keep',
  inFiles: 'same',
  elementwise: 'exact',
  // dx = dy sign(x); 0 at 0
  inputs: [{ name: 'X', gradient: (node) => node.graph.add('Mul', [node.gradient, signOf(node)]) }],
  infer: sameAsInput,
};

/** min(1, max(-1, 2^126 x)) is the sign of every normal float32, and computed where Sign is not: ONNX Runtime has no kernel of it for WebGPU. */
function signOf(node: GradientContext): Value {
  const { graph } = node;
  const x = node.input(0);
  if (x.dataType === 'float64') return graph.add('Sign', [x]);
  return graph.add('Clip', [graph.add('Mul', [x, 2 ** 126]), graph.numbers(x.dataType, -1), graph.numbers(x.dataType, 1)]);
}
