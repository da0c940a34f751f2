/** Convolutions, poolings, normalisations and reductions. */
import { elementCount, floatTensor } from '../../../runtime/tensor-data.js';
import { fixedShape, formatShape, type Value } from '../../value.js';
import type { ReadNode } from '../read-node.js';
import type { Rewrite } from '../rewrites.js';

export const layers: Readonly<Record<string, Rewrite>> = {
  Conv: (node) => {
    node.require('auto_pad', 'NOTSET', 'VALID');
    return node.graph.add('Conv', node.inputs, node.pass('kernel_shape', 'strides', 'pads', 'dilations', 'group'));
  },

  BatchNormalization: (node) => {
    const { graph, inputs } = node;
    node.require('training_mode', 0);
    node.pass('momentum');
    const epsilon = node.number('epsilon', 1e-5);
    const folded = foldedConvolution(node, epsilon);
    return folded ?? graph.add('BatchNormalization', inputs, { epsilon });
  },

  // (x - mean) / sqrt(variance + epsilon) scale + bias, over the pixels of each channel of each image
  InstanceNormalization: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const axes = graph.integers(...x.shape.slice(2).map((_, axis) => axis + 2));
    const perChannel = (vector: Value): Value => graph.add('Reshape', [vector, graph.integers(1, -1, ...x.shape.slice(2).map(() => 1))]);
    const centered = graph.add('Sub', [x, graph.add('ReduceMean', [x, axes])]);
    const variance = graph.add('ReduceMean', [graph.add('Mul', [centered, centered]), axes]);
    const deviation = graph.add('Sqrt', [graph.add('Add', [variance, node.number('epsilon', 1e-5)])]);
    const scaled = graph.add('Mul', [graph.add('Div', [centered, deviation]), perChannel(node.input(1))]);
    return graph.add('Add', [scaled, perChannel(node.input(2))]);
  },

  LayerNormalization: (node) => {
    node.require('stash_type', 1);
    return node.graph.add('LayerNormalization', node.inputs, node.pass('axis', 'epsilon'));
  },

  MaxPool: (node) => {
    node.require('auto_pad', 'NOTSET', 'VALID');
    node.require('dilations', '1,1');
    node.require('storage_order', 0);
    return node.graph.addAll('MaxPool', node.inputs, node.pass('kernel_shape', 'strides', 'pads', 'ceil_mode')).slice(0, node.outputs);
  },

  // windows that overlap are a depthwise convolution with equal weights
  AveragePool: (node) => {
    const { graph } = node;
    node.require('auto_pad', 'NOTSET', 'VALID');
    node.require('ceil_mode', 0);
    node.require('dilations', '1,1');
    const x = node.input(0);
    const kernel = node.numbers('kernel_shape') ?? [];
    const strides = node.numbers('strides') ?? kernel.map(() => 1);
    const pads = node.numbers('pads') ?? [0, 0, 0, 0];
    const isPadded = pads.some((size) => size > 0);
    const countsPadding = node.number('count_include_pad', 0) === 1;
    if (!isPadded && String(kernel) === String(strides)) return graph.add('AveragePool', [x], { kernel_shape: kernel, strides });
    if (isPadded && !countsPadding) throw new Error(`padding [${pads}] that is not counted (count_include_pad 0) is not supported`);
    const [channels] = fixedShape([x.shape[1] ?? '?'], 'AveragePool') as [number];
    const shape = [channels, 1, ...kernel];
    const area = elementCount(kernel);
    const weights = graph.constant(floatTensor(shape, new Float32Array(channels * area).fill(1 / area)));
    return graph.add('Conv', [x, weights], { kernel_shape: kernel, strides, pads, group: channels });
  },

  GlobalAveragePool: (node) => {
    const x = node.input(0);
    return node.graph.add('ReduceMean', [x, node.graph.integers(...x.shape.slice(2).map((_, axis) => axis + 2))]);
  },

  ReduceMean: reduction('ReduceMean'),
  ReduceSum: reduction('ReduceSum'),
  ReduceSumSquare: reduction('ReduceSumSquare'),
  // sqrt(sum x^2)
  ReduceL2: (node) => node.graph.add('Sqrt', [reduction('ReduceSumSquare')(node) as Value]),

  // an embedding that is resized to the size that it has already stays as it is
  Resize: (node) => {
    const { graph } = node;
    const x = node.input(0);
    node.pass('nearest_mode', 'extrapolation_value');
    const attributes = node.pass('mode', 'coordinate_transformation_mode', 'cubic_coeff_a');
    node.require('exclude_outside', 0);
    node.require('antialias', 0);
    const sizes = node.optional(3)?.elements ?? scaledSizes(node, x);
    if (formatShape(sizes) === formatShape(x.shape)) return x;
    return graph.add('Resize', [x, null, null, graph.integers(...fixedShape(sizes, 'Resize'))], attributes);
  },
};

/** A reduction whose axes are an attribute in older operator sets, an input in newer ones. */
function reduction(operator: 'ReduceMean' | 'ReduceSum' | 'ReduceSumSquare'): Rewrite {
  return (node) => {
    const { graph } = node;
    const axes = node.integers('axes', 1);
    const keepdims = node.number('keepdims', 1);
    const keepsAll = node.number('noop_with_empty_axes', 0) === 1;
    if (axes?.length) return graph.add(operator, [node.input(0), graph.integers(...axes)], { keepdims });
    if (keepsAll) throw new Error('a reduction of no axis is not supported');
    return graph.add(operator, [node.input(0)], { keepdims });
  };
}

/**
 * A convolution with the frozen normalisation of its result: w' = w s, b' = (b - mean) s + bias with s = scale /
 * sqrt(variance + epsilon). Exact, and gradients of scale and bias stay in the small space of weights.
 */
function foldedConvolution(node: ReadNode, epsilon: number): Value | undefined {
  const { graph } = node;
  const convolution = node.input(0).producer;
  if (convolution?.operator !== 'Conv') return undefined;
  // what the operator requires of its inputs holds for the folded one
  graph.add('BatchNormalization', node.inputs, { epsilon });
  const [x, weight, own] = convolution.inputs as readonly [Value, Value, Value | null | undefined];
  const [scale, bias, mean, variance] = node.inputs.slice(1) as [Value, Value, Value, Value];
  const s = graph.add('Div', [scale, graph.add('Sqrt', [graph.add('Add', [variance, epsilon])])]);
  const folded = graph.add('Mul', [weight, graph.add('Reshape', [s, graph.integers(-1, 1, 1, 1)])]);
  const shift = own ? graph.add('Mul', [graph.add('Sub', [mean, own]), s]) : graph.add('Mul', [mean, s]);
  return graph.add('Conv', [x, folded, graph.add('Sub', [bias, shift])], convolution.attributes);
}

/** @throws Error where sizes are not whole: what they are then depends on the implementation. */
function scaledSizes(node: ReadNode, { shape }: Value): number[] {
  const scales = node.graph.constantOf(node.input(2));
  if (!scales) throw new Error('its scales must be constant');
  return fixedShape(shape, 'Resize').map((size, axis) => {
    const scaled = size * Number(scales.data[axis]);
    const whole = Math.round(scaled);
    if (!(Math.abs(scaled - whole) <= 1e-3)) throw new Error(`scale ${scales.data[axis]} of size ${size} is not a whole size`);
    return whole;
  });
}
