/** Normalizations. */
import { foldedNormalization } from '../../folded-normalization.js';
import { fixedShape, type Value } from '../../value.js';
import type { ReadNode, Rewrite } from '../read-node.js';

export const normalizations: Readonly<Record<string, Rewrite>> = {
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
    const centered = graph.add('Sub', [parts, graph.add('ReduceMean', [parts, graph.integers(2)])]);
    const variance = graph.add('ReduceMean', [graph.add('Mul', [centered, centered]), graph.integers(2)]);
    const deviation = graph.add('Sqrt', [graph.add('Add', [variance, node.number('epsilon', 1e-5)])]);
    const normalized = graph.add('Reshape', [graph.add('Div', [centered, deviation]), graph.integers(batch, ...sizes)]);
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
