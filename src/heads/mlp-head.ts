/**
 * The MLP head (AGM, arXiv 2509.17374, as its authors' program has it): three layers on the embedding, which is not normalized, with an
 * activation that may be a learned gate. Trained without opinions its number is bounded, so that no margin is met by size alone; trained with
 * opinions it is the opinion, from 0 (worst) to 1 (best).
 */
import { basename } from 'node:path';
import { z } from 'zod';
import type { ParameterSpec } from '../backbones/parameters.js';
import type { Value } from '../graph/value.js';
import { UserError } from '../support/errors.js';
import { floatTensor, type TensorData } from '../tensors/tensor-data.js';
import { activationNames, activations, type HeadContext } from './activations.js';
import { fitScale } from './fit-scale.js';
import type { Head, HeadKind } from './head.js';
import { mlpPrefix, readMlpState } from './mlp-state.js';

/** AGM's width of both hidden layers. */
export const agmWidth = 512;

const optionsSchema = z.strictObject({
  activation: z.enum(activationNames),
  /** True where the sigmoid of the gate has a learned factor, as some of the authors' checkpoints do. */
  gamma: z.boolean(),
  /** `order`: trained to rank; `opinion`: trained to predict opinions. */
  target: z.enum(['order', 'opinion']),
  /** Width of both hidden layers. */
  hidden: z.int().positive(),
});
export type MlpOptions = z.infer<typeof optionsSchema>;

/** The key of these options among the metadata of checkpoints, as JSON. */
const optionsKey = 'mlp';
/** At this steepness the score of an opinion-trained head equals the opinion about the middle of its range. */
const opinionScale = 4;

export const mlpKind: HeadKind = {
  summary: 'three layers on the embedding with a learned gate or another --activation (AGM)',
  async create({ backbone, source, activation = 'gated', gamma = false, target = 'order', headWeights }) {
    const fitted = headWeights ?? (source?.tensors.has(`${mlpPrefix}fc1.weight`) ? source : undefined);
    if (!fitted) return mlpHead(backbone.embedding, { activation, gamma, target, hidden: agmWidth });
    const state = await readMlpState(fitted);
    const inputs = state.tensors[`${mlpPrefix}fc1.weight`]!.shape[1]!;
    if (inputs !== backbone.embedding) {
      throw new UserError(
        `${fitted.path} is a head for embeddings of ${inputs} elements, but ${backbone.name} gives ${backbone.embedding}. Choose another --backbone.`,
      );
    }
    // the authors trained theirs with opinions
    const { hidden } = state;
    const options = {
      activation: state.activation ?? activation,
      gamma: state.gamma,
      target: headWeights ? 'opinion' : target,
      hidden,
    } as const;
    const head = mlpHead(backbone.embedding, options, state.tensors);
    return headWeights ? { ...head, trainedElsewhere: basename(headWeights.path) } : head;
  },
  async restore({ backbone, metadata, read }) {
    const text = metadata[optionsKey];
    const weight = await read(`${mlpPrefix}fc1.weight`);
    if (text === undefined || !weight) return undefined;
    return mlpHead(backbone.embedding, optionsSchema.parse(JSON.parse(text)));
  },
  card: ({ head }, scale) => ({
    title: 'Head',
    description: head?.description ?? '',
    score:
      head?.mlp?.target === 'opinion'
        ? `logistic function of the predicted opinion z, from 0 to 1: 1 / (1 + exp(-${scale} (z - 1/2)))`
        : `logistic function of the bounded output, at ${2 * scale} times its value`,
  }),
};

/**
 * Measures, [N, 1], for the target `order` b = z / √(1 + z²), and z for the target `opinion`, where
 * z = W3 act2(W2 act1(W1 embedding + b1) + b2) + b3.
 * @param size of the embedding
 * @param fitted values to start from, by name; default: PyTorch's random start, U(±1/√inputs)
 */
export function mlpHead(size: number, options: MlpOptions, fitted: Readonly<Record<string, TensorData>> = {}): Head {
  const { activation, gamma, target, hidden } = options;
  const [first, second] = activations[activation];
  const [bent, names] = [target === 'order', `${activation}${gamma ? ' with a learned factor of its sigmoid' : ''}`];
  const initial = (name: string): TensorData | undefined => copyOf(fitted[name]);
  const description =
    `MLP on the embedding: ${size} to ${hidden} to ${hidden} to 1, activation ${names}` +
    (bent ? ', bounded as z / √(1 + z²)' : ', trained with opinions');
  return {
    kind: 'mlp',
    description,
    measuredShape: [1],
    outputName: 'quality',
    metadata: { [optionsKey]: JSON.stringify({ activation, gamma, target, hidden }) },
    measure(graph, parameters, embedding) {
      const context = { graph, parameters, initial };
      const one = first(context, layer(context, embedding, 'fc1', hidden), `${mlpPrefix}act1`, { gamma });
      const two = second(context, layer(context, one, 'fc2', hidden), `${mlpPrefix}act2`, { gamma });
      const output = layer(context, two, 'fc3', 1);
      if (!bent) return output;
      return graph.add('Div', [output, graph.add('Sqrt', [graph.add('Add', [graph.add('Mul', [output, output]), 1])])]);
    },
    cues: (graph, quality) => ({ falling: quality, rising: graph.add('Neg', [quality]) }),
    score(graph, quality, scale) {
      // the bounded number as a pair of opposite prompts: softmax(scale [b, -b])[0]
      const logits = bent
        ? graph.add('Mul', [graph.add('Mul', [quality, scale]), 2])
        : graph.add('Mul', [graph.add('Sub', [quality, 0.5]), scale]);
      return graph.add('Reshape', [graph.add('Sigmoid', [logits]), graph.integers(-1)]);
    },
    order: (measured) => Array.from(measured),
    calibrate: bent ? fitScale : async () => opinionScale,
    method: () =>
      bent
        ? `label-free ranking of degraded crops (losses of QualiCLIP, arXiv 2403.11176) by an MLP on the embedding, activation ${names} (AGM, arXiv 2509.17374)`
        : `trained with opinions of people: an MLP on the embedding, activation ${names} (AGM, arXiv 2509.17374)`,
    facts: () => ({ head: { name: 'mlp', description, mlp: { activation, gamma, target, hidden } } }),
  };
}

/** W x + b, with the start of PyTorch's Linear: both U(±1/√inputs). */
function layer({ graph, parameters, initial }: HeadContext, x: Value, name: string, outputs: number): Value {
  const inputs = x.shape[1] as number;
  const declare = (part: string, shape: readonly number[], weightDecay: boolean): Value => {
    const own = `${mlpPrefix}${name}.${part}`;
    const spec: ParameterSpec = {
      name: own,
      shape,
      role: 'parameter',
      weightDecay,
      initialize: ({ between }) =>
        initial(own) ??
        floatTensor(
          shape,
          Float32Array.from({ length: shape.reduce((product, length) => product * length, 1) }, () => between(-1, 1) / Math.sqrt(inputs)),
        ),
    };
    return parameters.declare(spec);
  };
  return graph.add('Gemm', [x, declare('weight', [outputs, inputs], true), declare('bias', [outputs], false)], { transB: 1 });
}

function copyOf(tensor: TensorData | undefined): TensorData | undefined {
  return tensor && { ...tensor, data: tensor.data.slice() };
}
