/**
 * BatchNormalization of [N, C, H, W]: y = scale (x - mean) / sqrt(variance + epsilon) + bias, per channel.
 * `training_mode` 1 uses the statistics of the batch (population variance) and returns the running ones, updated:
 * running' = momentum running + (1 - momentum) batch. With momentum 0 these are the statistics of the batch themselves, which
 * spares the gradient from computing them again.
 */
import type { Graph } from '../graph.js';
import type { GradientContext, NodeContext, Operator } from '../operator.js';
import { stopsGradient } from '../operator.js';
import { fixedShape, type Value } from '../value.js';

const pixels = [0, 2, 3] as const;

export const batchNormalization: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [
    {
      name: 'X',
      gradient: (node) => {
        if (node.outputGradients[1] ?? node.outputGradients[2])
          throw new Error('the gradient of the running statistics is not implemented');
        const { graph, gradient } = node;
        const scaled = graph.add('Mul', [perChannel(node, node.input(1)), inverseDeviation(node)]);
        // with running statistics: dx = dy scale / deviation
        if (!inTraining(node)) return graph.add('Mul', [gradient, scaled]);
        // with those of the batch, x' = x - mean: dx = scale / deviation (dy - mean(dy) - x' mean(dy x') / deviation^2)
        // the sums are those of the gradients of scale and bias
        const share = 1 / pixelCount(node);
        const shift = graph.add('Mul', [perChannel(node, sumOverPixels(graph, gradient)), share]);
        const projection = graph.add('Mul', [perChannel(node, projected(node)), share]);
        const slope = graph.add('Mul', [
          scaled,
          graph.add('Mul', [projection, graph.add('Mul', [inverseDeviation(node), inverseDeviation(node)])]),
        ]);
        const along = graph.add('Add', [graph.add('Mul', [centered(node), slope]), graph.add('Mul', [scaled, shift])]);
        return graph.add('Sub', [graph.add('Mul', [gradient, scaled]), along]);
      },
    },
    // dscale = sum of dy x' / deviation
    {
      name: 'scale',
      gradient: (node) => {
        const { graph } = node;
        const sum = graph.add('Mul', [perChannel(node, projected(node)), inverseDeviation(node)]);
        return graph.add('Reshape', [sum, graph.integers(...fixedShape(node.input(1).shape, 'BatchNormalization'))]);
      },
    },
    // dbias = sum of dy
    { name: 'B', gradient: ({ graph, gradient }) => sumOverPixels(graph, gradient) },
    // running statistics: untouched by the loss in training, constants of the model elsewhere
    { name: 'input_mean', gradient: stopsGradient },
    { name: 'input_var', gradient: stopsGradient },
  ],
  attributes: { epsilon: 'float', momentum: 'float', training_mode: 'int' },
  infer: (node) => {
    const x = node.input(0);
    if (x.shape.length < 2) throw new Error(`${x.name} needs channels at axis 1`);
    for (const index of [1, 2, 3, 4]) {
      const { name, shape } = node.input(index);
      if (shape.length !== 1 || shape[0] !== x.shape[1]) throw new Error(`${name} must be [${x.shape[1]}]`);
    }
    const y = { dataType: x.dataType, shape: x.shape };
    const statistics = { dataType: x.dataType, shape: [x.shape[1]!] };
    return inTraining(node) ? [y, statistics, statistics] : y;
  },
};

function inTraining(node: NodeContext): boolean {
  return node.integer('training_mode', 0) === 1;
}

/** [N, C, H, W] -> [C] */
function sumOverPixels(graph: Graph, x: Value): Value {
  return graph.add('ReduceSum', [x, graph.integers(...pixels)], { keepdims: 0 });
}

/** The sum of dy x', [C]. */
function projected(node: GradientContext): Value {
  const { graph, gradient } = node;
  return sumOverPixels(graph, graph.add('Mul', [gradient, centered(node)]));
}

/** A vector of channels as [1, C, 1, 1]. */
function perChannel(node: GradientContext, vector: Value): Value {
  const [channels] = fixedShape(vector.shape, 'BatchNormalization');
  return node.graph.add('Reshape', [vector, node.graph.integers(1, channels!, 1, 1)]);
}

/** x - mean */
function centered(node: GradientContext): Value {
  const { graph } = node;
  const x = node.input(0);
  if (!inTraining(node)) return graph.add('Sub', [x, perChannel(node, node.input(3))]);
  const batch = batchStatistics(node);
  return graph.add('Sub', [x, batch ? perChannel(node, batch.mean) : graph.add('ReduceMean', [x, graph.integers(...pixels)])]);
}

/** The node's own outputs, where they are the statistics of the batch. */
function batchStatistics(node: GradientContext): { mean: Value; variance: Value } | undefined {
  return node.attributes.momentum === 0 ? { mean: node.outputs[1]!, variance: node.outputs[2]! } : undefined;
}

/** 1 / sqrt(variance + epsilon), [1, C, 1, 1] */
function inverseDeviation(node: GradientContext): Value {
  const { graph } = node;
  const variance = inTraining(node) ? batchVariance(node) : perChannel(node, node.input(4));
  const epsilon = node.attributes.epsilon;
  const deviation = graph.add('Sqrt', [graph.add('Add', [variance, typeof epsilon === 'number' ? epsilon : 1e-5])]);
  return graph.add('Div', [graph.numbers(deviation.dataType, 1), deviation]);
}

function batchVariance(node: GradientContext): Value {
  const batch = batchStatistics(node);
  if (batch) return perChannel(node, batch.variance);
  const { graph } = node;
  return graph.add('Mul', [graph.add('ReduceSumSquare', [centered(node), graph.integers(...pixels)]), 1 / pixelCount(node)]);
}

/** The number of pixels of each channel over the whole batch. */
function pixelCount(node: GradientContext): number {
  const [batch, , height, width] = fixedShape(node.input(0).shape, 'the gradient of BatchNormalization') as [
    number,
    number,
    number,
    number,
  ];
  return batch * height * width;
}
