/** Operators that sum along axes: reductions, products, softmax, normalization. */
import { interpolationMatrix } from '../../../../graph/interpolation.js';
import { reducedAxes } from '../../../../graph/shape-rules.js';
import { broadcastShapes, fixedShape, normalizeAxis } from '../../../../graph/value.js';
import { broadcastTo } from '../broadcast.js';
import type { Tensor, TensorFlow } from '../load-tensorflow.js';
import type { TensorFlowNode, TensorFlowOperator } from '../tensorflow-operator.js';

function inOnnxLayout(run: (node: TensorFlowNode, x: Tensor) => Tensor | Tensor[]): TensorFlowOperator {
  return { layout: 'onnx', run: (node) => run(node, node.tensor(0)) };
}

function reduction(reduce: (tf: TensorFlow, x: Tensor, axes: number[], keepsAxes: boolean) => Tensor): TensorFlowOperator {
  return inOnnxLayout((node, x) => reduce(node.tf, x, reducedAxes(node), node.integer('keepdims', 1) === 1));
}

/** The product over the last two axes, the others broadcast. */
function product(tf: TensorFlow, a: Tensor, b: Tensor): Tensor {
  if (b.rank === 2) {
    const rows = tf.matMul(tf.reshape(a, [-1, a.shape.at(-1)!]), b);
    return tf.reshape(rows, [...a.shape.slice(0, -1), b.shape[1]!]);
  }
  const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = fixedShape(broadcastShapes(left, right), 'a product');
  return tf.matMul(broadcastTo(tf, a, [...batch, ...a.shape.slice(-2)]), broadcastTo(tf, b, [...batch, ...b.shape.slice(-2)]));
}

export const reducingOperators = {
  Gemm: inOnnxLayout((node, a) => {
    const { tf, tensors } = node;
    const [transA, transB] = [node.integer('transA', 0) === 1, node.integer('transB', 0) === 1];
    const z = tf.mul(tf.matMul(a, node.tensor(1), transA, transB), node.number('alpha', 1));
    return tensors[2] ? tf.add(z, tf.mul(tensors[2], node.number('beta', 1))) : z;
  }),
  // outputs: y, the mean, 1 / sqrt(variance + epsilon)
  LayerNormalization: inOnnxLayout((node, x) => {
    const { tf, tensors } = node;
    const { mean, variance } = tf.moments(x, x.rank - 1, true);
    const inverseDeviation = tf.rsqrt(tf.add(variance, node.number('epsilon', 1e-5)));
    const scaled = tf.mul(tf.mul(tf.sub(x, mean), inverseDeviation), node.tensor(1));
    return [tensors[2] ? tf.add(scaled, tensors[2]) : scaled, mean, inverseDeviation];
  }),
  MatMul: inOnnxLayout((node, a) => product(node.tf, a, node.tensor(1))),
  MeanProduct: inOnnxLayout(({ tf, tensors }, x) => tf.mean(tf.mul(x, tensors[1]!), -1, true)),
  ReduceMax: reduction((tf, x, axes, keepsAxes) => tf.max(x, axes, keepsAxes)),
  ReduceMean: reduction((tf, x, axes, keepsAxes) => tf.mean(x, axes, keepsAxes)),
  ReduceSum: reduction((tf, x, axes, keepsAxes) => tf.sum(x, axes, keepsAxes)),
  ReduceSumSquare: reduction((tf, x, axes, keepsAxes) => tf.sum(tf.square(x), axes, keepsAxes)),
  // y = R x C^T with the weights of rows R and of columns C
  Resize: inOnnxLayout((node, x) => {
    const { tf, outputShape } = node;
    const weights = (axis: 2 | 3): Tensor => {
      const [from, to] = [x.shape[axis]!, outputShape[axis]!];
      if (node.text('mode', 'nearest') === 'cubic') return tf.tensor2d(Float32Array.from(interpolationMatrix(from, to)), [to, from]);
      return tf.oneHot(
        tf.tensor1d(
          Array.from({ length: to }, (_, place) => Math.floor((place * from) / to)),
          'int32',
        ),
        from,
        1,
        0,
        'float32',
      );
    };
    const rows = tf.reshape(weights(2), [1, 1, outputShape[2]!, x.shape[2]!]);
    return product(tf, product(tf, rows, x), tf.transpose(weights(3)));
  }),
  // TensorFlow.js has it for the last axis only
  Softmax: inOnnxLayout((node, x) => {
    const { tf } = node;
    const axis = normalizeAxis(node.integer('axis', -1), x.rank);
    const last = x.rank - 1;
    const exchanged = x.shape.map((_, other) => (other === axis ? last : other === last ? axis : other));
    return axis === last ? tf.softmax(x) : tf.transpose(tf.softmax(tf.transpose(x, exchanged)), exchanged);
  }),
} satisfies Record<string, TensorFlowOperator>;
