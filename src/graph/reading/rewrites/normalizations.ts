/** Normalizations. */
import { foldedNormalization } from '../../folded-normalization.js';
import type { Graph } from '../../graph.js';
import { fixedShape, normalizeAxis, type Value } from '../../value.js';
import type { ReadNode, Rewrite } from '../read-node.js';

export const normalizations: Readonly<Record<string, Rewrite>> = {
  BatchNormalization: (node) => {
    const { graph, inputs } = node;
    node.pass('momentum');
    const epsilon = node.number('epsilon', 1e-5);
    if (node.number('training_mode', 0) === 1) return byOwnStatistics(node, epsilon);
    // computed statistics, as of weights that are standardized, have gradients; the operator is of images with running ones
    if (node.input(0).shape.length !== 4 || inputs.slice(3).some((statistic) => statistic?.producer))
      return byGivenStatistics(node, epsilon);
    const folded = foldedConvolution(node, epsilon);
    return folded ?? graph.add('BatchNormalization', inputs, { epsilon });
  },

  // over the pixels of each channel of each image
  InstanceNormalization: (node) => {
    const x = node.input(0);
    const pixels = x.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
    return byChannel(node, standardizedOver(node.graph, x, pixels, node.number('epsilon', 1e-5)));
  },

  LayerNormalization: (node) => {
    node.require('stash_type', 1);
    return node.graph.add('LayerNormalization', node.inputs, node.pass('axis', 'epsilon'));
  },

  // x / sqrt(mean x^2 + epsilon) scale, over the axes from `axis` on
  RMSNormalization: (node) => {
    const { graph } = node;
    const x = node.input(0);
    node.require('stash_type', 1);
    const axes = [...x.shape.keys()].slice(normalizeAxis(node.number('axis', -1), x.shape.length));
    const square = graph.add('ReduceMean', [graph.add('Mul', [x, x]), graph.integers(...axes)]);
    return graph.add('Mul', [overRoot(graph, x, square, node.number('epsilon', 1e-5)), node.input(1)]);
  },

  // x / sqrt(sum x^2)
  LpNormalization: (node) => {
    const { graph } = node;
    node.require('p', 2);
    const squares = graph.add('ReduceSumSquare', [node.input(0), graph.integers(node.number('axis', -1))]);
    return graph.add('Div', [node.input(0), graph.add('Sqrt', [squares])]);
  },

  // by the statistics of groups of channels; scale and bias are of each channel, before operator set 21 of each group
  GroupNormalization: (node) => {
    const { graph } = node;
    const x = node.input(0);
    node.require('stash_type', 1);
    const groups = node.number('num_groups', 1);
    const [channels] = fixedShape([x.shape[1] ?? '?'], 'GroupNormalization') as [number];
    const [batch, ...sizes] = [0, ...fixedShape(x.shape.slice(1), 'GroupNormalization')] as [number, ...number[]];
    const parts = graph.add('Reshape', [x, graph.integers(batch, groups, -1)]);
    const standardized = standardizedOver(graph, parts, [2], node.number('epsilon', 1e-5));
    const normalized = graph.add('Reshape', [standardized, graph.integers(batch, ...sizes)]);
    const ones = sizes.slice(1).map(() => 1);
    const perChannel = (vector: Value): Value => {
      if (vector.shape[0] === channels) return graph.add('Reshape', [vector, graph.integers(1, channels, ...ones)]);
      const spread = graph.add('Expand', [
        graph.add('Reshape', [vector, graph.integers(groups, 1)]),
        graph.integers(groups, channels / groups),
      ]);
      return graph.add('Reshape', [spread, graph.integers(1, channels, ...ones)]);
    };
    return graph.add('Add', [graph.add('Mul', [normalized, perChannel(node.input(1))]), perChannel(node.input(2))]);
  },
};

/** By the statistics of what is normalized: of weights, as in normalizer-free networks. Those of images would depend on the others of a batch. */
function byOwnStatistics(node: ReadNode, epsilon: number): Value {
  const x = node.input(0);
  if (x.shape.some((size) => typeof size === 'string'))
    throw new Error('it normalizes images by the statistics of their batch: export the model in evaluation mode (model.eval())');
  const others = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return byChannel(node, standardizedOver(node.graph, x, others, epsilon));
}

function byGivenStatistics(node: ReadNode, epsilon: number): Value {
  const centered = node.graph.add('Sub', [node.input(0), perChannel(node, node.input(3))]);
  return byChannel(node, overRoot(node.graph, centered, perChannel(node, node.input(4)), epsilon));
}

/** (x - mean) / sqrt(variance + epsilon), by mean and variance over some axes. */
function standardizedOver(graph: Graph, x: Value, over: readonly number[], epsilon: number): Value {
  const axes = graph.integers(...over);
  const centered = graph.add('Sub', [x, graph.add('ReduceMean', [x, axes])]);
  return overRoot(graph, centered, graph.add('ReduceMean', [graph.add('Mul', [centered, centered]), axes]), epsilon);
}

/** x / sqrt(square + epsilon) */
function overRoot(graph: Graph, x: Value, square: Value, epsilon: number): Value {
  return graph.add('Div', [x, graph.add('Sqrt', [graph.add('Add', [square, epsilon])])]);
}

/** x scale + bias, which have a number for each channel. */
function byChannel(node: ReadNode, x: Value): Value {
  const { graph } = node;
  return graph.add('Add', [graph.add('Mul', [x, perChannel(node, node.input(1))]), perChannel(node, node.input(2))]);
}

/** A vector along the axis 1 of the first input. */
function perChannel(node: ReadNode, vector: Value): Value {
  return node.graph.add('Reshape', [vector, node.graph.integers(...node.input(0).shape.map((_, axis) => (axis === 1 ? -1 : 1)))]);
}

/** A convolution with the frozen normalization of its result. */
function foldedConvolution(node: ReadNode, epsilon: number): Value | undefined {
  const { graph } = node;
  const convolution = node.input(0).producer;
  if (convolution?.operator !== 'Conv') return undefined;
  // what the operator requires of its inputs holds for the folded one
  graph.add('BatchNormalization', node.inputs, { epsilon });
  const [x, weight, own] = convolution.inputs as readonly [Value, Value, Value | null | undefined];
  const [scale, bias, mean, variance] = node.inputs.slice(1) as [Value, Value, Value, Value];
  return foldedNormalization(graph, { x, weight, bias: own }, { scale, bias, mean, variance }, epsilon, convolution.attributes);
}
