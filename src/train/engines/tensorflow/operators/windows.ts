/** Operators on [N, C, H, W]: convolutions, pooling and batch normalization, computed with channels last. */
import { convolutionGeometry, geometryOf } from '../../../../graph/convolution-geometry.js';
import type { Tensor, Tensor4D, TensorFlow } from '../load-tensorflow.js';
import type { TensorFlowNode, TensorFlowOperator } from '../tensorflow-operator.js';

function channelsLast(run: (node: TensorFlowNode, x: Tensor4D) => Tensor | Tensor[]): TensorFlowOperator {
  return { layout: 'channels-last', run: (node) => run(node, node.tensor(0) as Tensor4D) };
}

interface Windows {
  readonly strides: readonly number[];
  /** [top, left, bottom, right]; a negative one is a remainder that no window reaches. */
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
}

/**
 * @param x [N, H, W, C]
 * @param w [M, C / group, kh, kw]
 * @returns [N, h, w, M]
 */
function convolve(tf: TensorFlow, x: Tensor4D, w: Tensor, { strides, pads, dilations, group }: Windows): Tensor4D {
  // TensorFlow.js does not differentiate dilated convolutions: zeros between the weights are the same
  const filter = insertZeros(tf, insertZeros(tf, w, 2, dilations[0]!), 3, dilations[1]!);
  const [filters, channels, kh, kw] = filter.shape as [number, number, number, number];
  const [down, right] = strides as [number, number];
  // without a copy of the input where its padding is TensorFlow's own
  const isSame = down === 1 && right === 1 && pads.every((size, side) => 2 * size + 1 === (side % 2 === 0 ? kh : kw));
  const padded = isSame ? x : surround(tf, x, pads, 0);
  const toTensorFlow = (weights: Tensor): Tensor4D => tf.transpose(weights as Tensor4D, [2, 3, 1, 0]);
  const padding = isSame ? 'same' : 'valid';
  if (group === 1) return tf.conv2d(padded, toTensorFlow(filter), [down, right], padding);
  if (channels === 1) {
    const own = tf.reshape(filter, [group, filters / group, kh, kw]);
    return tf.depthwiseConv2d(padded, tf.transpose(own as Tensor4D, [2, 3, 0, 1]), [down, right], padding);
  }
  const weights = tf.split(filter, group, 0);
  const parts: Tensor4D[] = tf.split(padded, group, 3);
  return tf.concat(
    parts.map((part, index) => tf.conv2d(part, toTensorFlow(weights[index]!), [down, right], padding)),
    3,
  );
}

/** Elements of an axis moved apart, `step` from one to the next, with zeros between them. */
function insertZeros(tf: TensorFlow, x: Tensor, axis: number, step: number): Tensor {
  const size = x.shape[axis]!;
  if (step === 1 || size === 1) return x;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const single = tf.reshape(x, [...before, size, 1, ...after]);
  const wide = tf.pad(
    single,
    single.shape.map((_, other): [number, number] => [0, other === axis + 1 ? step - 1 : 0]),
  );
  const joined = tf.reshape(wide, [...before, size * step, ...after]);
  const begin = joined.shape.map(() => 0);
  return tf.slice(joined, begin, [...before, (size - 1) * step + 1, ...after]);
}

/** Rows and columns of one value around images; negative sizes take rows and columns away. */
function surround(tf: TensorFlow, x: Tensor4D, [top, left, bottom, right]: readonly number[], value: number): Tensor4D {
  const sizes = [
    [0, 0],
    [top!, bottom!],
    [left!, right!],
    [0, 0],
  ] as const;
  const widened = sizes.every((pair) => pair.every((size) => size <= 0))
    ? x
    : tf.pad(
        x,
        sizes.map((pair): [number, number] => [Math.max(0, pair[0]), Math.max(0, pair[1])]),
        value,
      );
  if (sizes.every((pair) => pair.every((size) => size >= 0))) return widened;
  const begin = sizes.map(([size]) => Math.max(0, -size));
  const rest = widened.shape.map((size, axis) => size - begin[axis]! - Math.max(0, -sizes[axis]![1]));
  return tf.slice(widened, begin, rest) as Tensor4D;
}

/** Channels are last in tensors of four axes, and follow the images elsewhere. */
function channelAxis(x: Tensor): number {
  return x.rank === 4 ? 3 : 1;
}

/** [C] as [1, ..., C] or [1, C, 1], so that it meets the channels of x. */
function perChannel(tf: TensorFlow, x: Tensor, vector: Tensor): Tensor {
  const axis = channelAxis(x);
  return tf.reshape(
    vector,
    x.shape.map((size, other) => (other === axis ? size : 1)),
  );
}

export const windowOperators = {
  AveragePool: channelsLast((node, x) => {
    const [kernel, strides] = [node.integers('kernel_shape', []), node.integers('strides', [1, 1])];
    return node.tf.avgPool(x, [kernel[0]!, kernel[1]!], [strides[0]!, strides[1]!], 'valid');
  }),
  // outputs in training: y, and the running statistics, updated with those of the batch
  BatchNormalization: channelsLast((node, x) => {
    const { tf } = node;
    const inTraining = node.integer('training_mode', 0) === 1;
    const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== channelAxis(x));
    const { mean, variance } = inTraining ? tf.moments(x, axes) : { mean: node.tensor(3), variance: node.tensor(4) };
    const deviation = tf.sqrt(tf.add(variance, node.number('epsilon', 1e-5)));
    const scale = perChannel(tf, x, tf.div(node.tensor(1), deviation));
    const y = tf.add(tf.mul(tf.sub(x, perChannel(tf, x, mean)), scale), perChannel(tf, x, node.tensor(2)));
    if (!inTraining) return y;
    const momentum = node.number('momentum', 0.9);
    const updated = (running: Tensor, batch: Tensor): Tensor => tf.add(tf.mul(running, momentum), tf.mul(batch, 1 - momentum));
    return [y, updated(node.tensor(3), mean), updated(node.tensor(4), variance)];
  }),
  Conv: channelsLast((node, x) => {
    const y = convolve(node.tf, x, node.tensor(1), convolutionGeometry(node));
    return node.tensors[2] ? node.tf.add(y, node.tensors[2]) : y;
  }),
  // TensorFlow.js has gradients of its own
  ConvInputGradient: channelsLast((node, gradient) => {
    const { tf, outputShape } = node;
    const [batch, channels, height, width] = outputShape as [number, number, number, number];
    const geometry = convolutionGeometry(node);
    const gradientOf = tf.grad((x: Tensor) => convolve(tf, x as Tensor4D, node.tensor(1), geometry));
    return gradientOf(tf.zeros([batch, height, width, channels]), gradient);
  }),
  ConvWeightGradient: {
    layout: 'onnx',
    run: (node) => {
      const { tf, outputShape } = node;
      const [x, gradient] = [0, 1].map((index) => tf.transpose(node.tensor(index) as Tensor4D, [0, 2, 3, 1])) as [Tensor4D, Tensor4D];
      const geometry = geometryOf(node, node.integers('kernel_shape', []));
      return tf.grad((w: Tensor) => convolve(tf, x, w, geometry))(tf.zeros(outputShape), gradient);
    },
  },
  // a convolution of the input with zeros between its pixels, by the flipped filters with their channels exchanged
  ConvTranspose: channelsLast((node, x) => {
    const { tf } = node;
    const w = node.tensor(1);
    const group = node.integer('group', 1);
    const [strides, dilations] = [node.integers('strides', [1, 1]), node.integers('dilations', [1, 1])];
    const [pads, extra] = [node.integers('pads', [0, 0, 0, 0]), node.integers('output_padding', [0, 0])];
    const [filters, channels, ...kernel] = w.shape as [number, number, number, number];
    const grouped = tf.reshape(tf.reverse(w, [2, 3]), [group, filters / group, channels, ...kernel]);
    const exchanged = tf.reshape(tf.transpose(grouped, [0, 2, 1, 3, 4]), [group * channels, filters / group, ...kernel]);
    const apart = insertZeros(tf, insertZeros(tf, x, 1, strides[0]!), 2, strides[1]!) as Tensor4D;
    const around = pads.map((size, side) => {
      const reach = (kernel[side % 2]! - 1) * dilations[side % 2]!;
      return reach - size + (side >= 2 ? extra[side % 2]! : 0);
    });
    return convolve(tf, apart, exchanged, { strides: [1, 1], pads: around, dilations, group });
  }),
  // without its second output, the places of the largest values
  MaxPool: channelsLast((node, x) => {
    const { tf, outputShape } = node;
    const [kernel, strides] = [node.integers('kernel_shape', []), node.integers('strides', [1, 1])];
    const [top, left] = node.integers('pads', [0, 0, 0, 0]) as [number, number];
    const covered = [0, 1].map((axis) => (outputShape[axis + 2]! - 1) * strides[axis]! + kernel[axis]!);
    const around = [top, left, covered[0]! - top - x.shape[1], covered[1]! - left - x.shape[2]];
    return tf.maxPool(surround(tf, x, around, Number.NEGATIVE_INFINITY), [kernel[0]!, kernel[1]!], [strides[0]!, strides[1]!], 'valid');
  }),
} satisfies Record<string, TensorFlowOperator>;
