/** Operators that compute each element from the elements at its place. */
import type { Tensor } from '../load-tensorflow.js';
import type { TensorFlowNode, TensorFlowOperator } from '../tensorflow-operator.js';

/** Computes each element of the output from those at its place, inputs broadcast. */
function elementwise(run: (node: TensorFlowNode, a: Tensor, b: Tensor) => Tensor): TensorFlowOperator {
  return { layout: 'either', run: (node) => run(node, node.tensor(0), node.tensors[1] ?? node.tensor(0)) };
}

export const elementByElement = {
  Abs: elementwise(({ tf }, x) => tf.abs(x)),
  Add: elementwise(({ tf }, x, y) => tf.add(x, y)),
  And: elementwise(({ tf }, x, y) => tf.logicalAnd(x, y)),
  Clip: elementwise(({ tf, tensors }, x) => {
    const raised = tensors[1] ? tf.maximum(x, tensors[1]) : x;
    return tensors[2] ? tf.minimum(raised, tensors[2]) : raised;
  }),
  Cos: elementwise(({ tf }, x) => tf.cos(x)),
  Div: elementwise(({ tf }, x, y) => tf.div(x, y)),
  Equal: elementwise(({ tf }, x, y) => tf.equal(x, y)),
  Erf: elementwise(({ tf }, x) => tf.erf(x)),
  Exp: elementwise(({ tf }, x) => tf.exp(x)),
  Log: elementwise(({ tf }, x) => tf.log(x)),
  Greater: elementwise(({ tf }, x, y) => tf.greater(x, y)),
  HardSigmoid: elementwise((node, x) => {
    const { tf } = node;
    return tf.clipByValue(tf.add(tf.mul(x, node.number('alpha', 0.2)), node.number('beta', 0.5)), 0, 1);
  }),
  Identity: elementwise(({ tf }, x) => tf.clone(x)),
  IsNaN: elementwise(({ tf }, x) => tf.isNaN(x)),
  Max: elementwise(({ tf, tensors }) => (tensors as Tensor[]).reduce((most, x) => tf.maximum(most, x))),
  Min: elementwise(({ tf, tensors }) => (tensors as Tensor[]).reduce((least, x) => tf.minimum(least, x))),
  // the sign of the divisor, as in TensorFlow.js
  Mod: elementwise(({ tf }, x, y) => tf.mod(x, y)),
  Mul: elementwise(({ tf }, x, y) => tf.mul(x, y)),
  Neg: elementwise(({ tf }, x) => tf.neg(x)),
  Not: elementwise(({ tf }, x) => tf.logicalNot(x)),
  Relu: elementwise(({ tf }, x) => tf.relu(x)),
  Sigmoid: elementwise(({ tf }, x) => tf.sigmoid(x)),
  Sign: elementwise(({ tf }, x) => tf.sign(x)),
  Sin: elementwise(({ tf }, x) => tf.sin(x)),
  Sqrt: elementwise(({ tf }, x) => tf.sqrt(x)),
  Sub: elementwise(({ tf }, x, y) => tf.sub(x, y)),
  Tanh: elementwise(({ tf }, x) => tf.tanh(x)),
} satisfies Record<string, TensorFlowOperator>;
