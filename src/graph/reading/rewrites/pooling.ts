/** Poolings. */
import { elementCount, floatTensor } from '../../../tensors/tensor-data.js';
import { fixedShape, type Value } from '../../value.js';
import type { Rewrite } from '../read-node.js';
import { requireSmallConstant } from '../reading-limits.js';
import { padding, type Windows, windowShares } from './pool-padding.js';
import { rowsAsImages } from './rows-as-images.js';

export const pooling: Readonly<Record<string, Rewrite>> = {
  MaxPool: rowsAsImages((node) => {
    node.require('dilations', '1', '1,1');
    node.require('storage_order', 0);
    const kernel = node.numbers('kernel_shape') ?? [];
    const ones = kernel.map(() => 1);
    const pads = padding(node, kernel, node.numbers('strides') ?? ones, ones);
    const attributes = { ...node.pass('kernel_shape', 'strides', 'ceil_mode'), pads };
    return node.graph.addAll('MaxPool', node.inputs, attributes).slice(0, node.outputs);
  }, 1),

  // windows that overlap are a depthwise convolution with equal weights
  AveragePool: rowsAsImages((node) => {
    const { graph } = node;
    node.require('ceil_mode', 0, 1);
    node.require('dilations', '1', '1,1');
    const countsPadding = node.number('count_include_pad', 0) === 1;
    const x = node.input(0);
    const kernel = node.numbers('kernel_shape') ?? [];
    const ones = kernel.map(() => 1);
    const strides = node.numbers('strides') ?? ones;
    const stated = padding(node, kernel, strides, ones);
    // rounded up: a last window may reach over the edge, where nothing is counted
    const over = node.number('ceil_mode', 0) === 1 ? rest(x, { kernel, strides, pads: stated }) : [0, 0];
    const pads = stated.map((size, side) => size + (side < 2 ? 0 : over[side - 2]!));
    const isPadded = pads.some((size) => size > 0);
    if (!isPadded && String(kernel) === String(strides)) return graph.add('AveragePool', [x], { kernel_shape: kernel, strides });
    const [channels] = fixedShape([x.shape[1] ?? '?'], 'AveragePool') as [number];
    const shape = [channels, 1, ...kernel];
    const area = elementCount(kernel);
    requireSmallConstant(shape);
    const weights = graph.constant(floatTensor(shape, new Float32Array(channels * area).fill(1 / area)));
    const sums = graph.add('Conv', [x, weights], { kernel_shape: kernel, strides, pads, group: channels });
    if (!isPadded || (countsPadding && over.every((size) => size === 0))) return sums;
    const counted = countsPadding ? stated : stated.map(() => 0);
    return graph.add('Mul', [sums, graph.constant(windowShares(x, { kernel, strides, pads }, counted))]);
  }, 1),

  GlobalAveragePool: (node) => {
    const x = node.input(0);
    return node.graph.add('ReduceMean', [x, node.graph.integers(...x.shape.slice(2).map((_, axis) => axis + 2))]);
  },

  GlobalMaxPool: (node) => {
    const x = node.input(0);
    return node.graph.add('ReduceMax', [x, node.graph.integers(...x.shape.slice(2).map((_, axis) => axis + 2))]);
  },
};

/** Rows and columns by which a last, incomplete window reaches over the bottom and the right edge. None begins beyond the image. */
function rest({ shape }: Value, { kernel, strides, pads }: Windows): number[] {
  return fixedShape(shape.slice(2), 'ceil_mode').map((size, axis) => {
    const room = size + pads[axis]! + pads[axis + 2]! - kernel[axis]!;
    const left = room % strides[axis]!;
    const last = room - left + strides[axis]!;
    return left === 0 || last >= size + pads[axis]! ? 0 : strides[axis]! - left;
  });
}
