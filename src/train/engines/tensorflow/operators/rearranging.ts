/** Operators that move, copy, select or convert elements. */

import { slicedRanges } from '../../../../graph/operators/slice.js';
import { normalizeAxis } from '../../../../graph/value.js';
import { findDataType } from '../../../../tensors/onnx-data-types.js';
import { broadcastTo } from '../broadcast.js';
import type { Tensor, Tensor1D } from '../load-tensorflow.js';
import { tensorFlowType } from '../tensor-types.js';
import type { TensorFlowNode, TensorFlowOperator } from '../tensorflow-operator.js';

function rearranging(run: (node: TensorFlowNode, x: Tensor) => Tensor | Tensor[]): TensorFlowOperator {
  return { layout: 'onnx', run: (node) => run(node, node.tensor(0)) };
}

const reshaped = rearranging((node, x) => node.tf.reshape(x, node.outputShape));

export const rearrangingOperators = {
  Cast: {
    layout: 'either',
    run: (node) => {
      const to = node.integer('to', 0);
      const name = findDataType(to)!;
      return node.tf.cast(node.tensor(0), tensorFlowType(name));
    },
  },
  Concat: rearranging(({ tf, tensors, attributes }) => tf.concat(tensors as Tensor[], attributes.axis as number)),
  Expand: rearranging((node, x) => broadcastTo(node.tf, x, node.outputShape)),
  Gather: rearranging((node, x) => {
    const { tf } = node;
    const axis = normalizeAxis(node.integer('axis', 0), x.rank);
    const size = tf.scalar(x.shape[axis]!, 'int32');
    const indices = tf.reshape(tf.cast(node.tensor(1), 'int32'), [-1]);
    const fromFront = tf.where(tf.less(indices, tf.scalar(0, 'int32')), tf.add(indices, size), indices);
    return tf.reshape(tf.gather(x, fromFront as Tensor1D, axis), node.outputShape);
  }),
  Pad: rearranging((node, x) => {
    const pads = node.knownIntegers(1);
    return node.tf.pad(
      x,
      x.shape.map((_, axis): [number, number] => [pads[axis]!, pads[axis + x.rank]!]),
    );
  }),
  Range: {
    layout: 'onnx',
    run: (node) => {
      const [start, limit, step] = [0, 1, 2].map((index) => node.knownIntegers(index)[0]!) as [number, number, number];
      return node.tf.range(start, limit, step, 'int32');
    },
  },
  Reshape: reshaped,
  ScatterND: rearranging((node, x) => {
    const { tf } = node;
    const [indices, updates] = [node.tensor(1), node.tensor(2)];
    return node.text('reduction', 'none') === 'add'
      ? tf.add(x, tf.scatterND(indices, updates, x.shape))
      : tf.tensorScatterUpdate(x, indices, updates);
  }),
  Shape: rearranging(({ tf }, x) => tf.tensor1d(x.shape, 'int32')),
  Slice: rearranging((node, x) => {
    const { tf } = node;
    const begin = x.shape.map(() => 0);
    const size = [...x.shape];
    let taken = x;
    for (const { axis, start, step, count } of slicedRanges(node)) {
      size[axis] = count;
      if (step === 1) begin[axis] = start;
      else {
        const places = Array.from({ length: count }, (_, index) => start + index * step);
        taken = tf.gather(taken, tf.tensor1d(places, 'int32'), axis);
      }
    }
    return tf.slice(taken, begin, size);
  }),
  Split: rearranging((node, x) => node.tf.split(x, node.knownIntegers(1), normalizeAxis(node.integer('axis', 0), x.rank))),
  Squeeze: reshaped,
  Transpose: rearranging((node, x) => node.tf.transpose(x, [...node.integers('perm', [])])),
  Unsqueeze: reshaped,
  Where: rearranging((node) => {
    const { tf, outputShape } = node;
    const [condition, x, y] = [0, 1, 2].map((index) => broadcastTo(tf, node.tensor(index), outputShape)) as [Tensor, Tensor, Tensor];
    return tf.where(condition, x, y);
  }),
} satisfies Record<string, TensorFlowOperator>;
