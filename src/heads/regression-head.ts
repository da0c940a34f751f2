/** The regression head: one number that is linear in the embedding, bounded so that no margin is met by its size alone. */
import type { ParameterSpec } from '../backbones/parameters.js';
import { floatTensor, type TensorData } from '../tensors/tensor-data.js';
import { fitScale } from './fit-scale.js';
import type { Head, HeadKind } from './head.js';

const [weightName, biasName] = ['regression.weight', 'regression.bias'];

/** The values of a regression that is fitted already. */
export interface Regression {
  /** float32 [D, 1] */
  readonly weight: TensorData;
  /** float32 [1] */
  readonly bias: TensorData;
}

const description = 'linear regression on the embedding, z = weight · embedding + bias, bounded as z / √(1 + z²)';

export const regressionKind: HeadKind = {
  summary: 'a linear regression on the embedding, trained with the encoder',
  async create({ backbone, source }) {
    const isStored = source?.tensors.has(weightName) && source.tensors.has(biasName);
    if (!source || !isStored) return regressionHead(backbone.embedding);
    return regressionHead(backbone.embedding, { weight: await source.read(weightName), bias: await source.read(biasName) });
  },
  async restore({ backbone, read }) {
    const [weight, bias] = [await read(weightName), await read(biasName)];
    return weight && bias && regressionHead(backbone.embedding, { weight, bias });
  },
  card: ({ head }, scale) => ({
    title: 'Head',
    description: head?.description ?? '',
    score: `logistic function of the bounded regression, at ${2 * scale} times its value`,
  }),
};

/**
 * Measures b = z / √(1 + z²), [N, 1], where z = embedding · weight + bias: almost linear about 0, from -1 to 1.
 * @param size of the embedding
 * @param fitted values to start from; default: random weights
 */
export function regressionHead(size: number, fitted?: Regression): Head {
  const weight: ParameterSpec = {
    name: weightName,
    shape: [size, 1],
    role: 'parameter',
    weightDecay: true,
    // z has about the deviation of an element of the embedding
    initialize: ({ normal }) =>
      copyOf(fitted?.weight) ??
      floatTensor(
        [size, 1],
        Float32Array.from({ length: size }, () => normal() / Math.sqrt(size)),
      ),
  };
  const bias: ParameterSpec = {
    name: biasName,
    shape: [1],
    role: 'parameter',
    weightDecay: false,
    initialize: () => copyOf(fitted?.bias) ?? floatTensor([1], [0]),
  };
  return {
    kind: 'regression',
    description,
    measuredShape: [1],
    outputName: 'quality',
    metadata: {},
    measure(graph, parameters, embedding) {
      const product = graph.add('MatMul', [embedding, parameters.declare(weight)]);
      const quality = graph.add('Add', [product, parameters.declare(bias)]);
      return graph.add('Div', [quality, graph.add('Sqrt', [graph.add('Add', [graph.add('Mul', [quality, quality]), 1])])]);
    },
    cues: (graph, quality) => ({ falling: quality, rising: graph.add('Neg', [quality]) }),
    // softmax(scale [b, -b])[0], as if b and -b were similarities to a pair of prompts
    score: (graph, quality, scale) => {
      const logits = graph.add('Mul', [graph.add('Mul', [quality, scale]), 2]);
      return graph.add('Reshape', [graph.add('Sigmoid', [logits]), graph.integers(-1)]);
    },
    order: (measured) => Array.from(measured),
    calibrate: fitScale,
    method: () => 'label-free ranking of degraded crops (losses of QualiCLIP, arXiv 2403.11176) by a linear regression on the embedding',
    facts: () => ({ head: { name: 'regression', description } }),
  };
}

function copyOf(tensor: TensorData | undefined): TensorData | undefined {
  return tensor && { ...tensor, data: tensor.data.slice() };
}
