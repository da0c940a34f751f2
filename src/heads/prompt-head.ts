/** The prompt head: cosine similarities between an image's embedding and antonym prompts, and the score they give. */
import type { Parameters } from '../backbones/parameters.js';
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { Prompts } from '../prompts/prompts.js';
import { fitScale } from './fit-scale.js';
import type { Cues, Head, HeadKind, StoredHead } from './head.js';

/** The features of prompts, [pairs, 2, D]: a buffer, or a parameter where they are learned. */
export const promptsName = 'prompts.features';
/** The metadata of checkpoints that says that prompts are learned. */
const learnedKey = 'learnedPrompts';

const trainedMethod = 'QualiCLIP (arXiv 2403.11176): label-free ranking of degraded crops against antonym prompts';
const untrainedMethod =
  'similarities of an image encoder to antonym prompts, as CLIP-IQA (arXiv 2207.12396) scores them; not trained by this program';

export const promptKind: HeadKind = {
  summary: 'similarities to antonym prompts',
  async create({ prompts, seed, backbone, source, prototypes }) {
    // loaded here: kinds of heads are named in help and in checks of options, which need no text towers
    const { choosePrompts } = await import('../prompts/prompts.js');
    return promptHead(await choosePrompts(prompts, seed, backbone, source, { prototypes }));
  },
  async restore(stored) {
    const prompts = await readPrompts(stored);
    return prompts && promptHead(prompts);
  },
  card: ({ prompts = '' }, scale) => ({
    title: 'Prompts',
    description: prompts,
    score: `mean softmax of similarities to opposite prompts, scale ${scale}`,
  }),
};

/** The prompts of a checkpoint; undefined where it has none. */
export async function readPrompts({ metadata, read }: StoredHead): Promise<Prompts | undefined> {
  const features = await read(promptsName);
  const { prompts: description } = metadata;
  return features && description !== undefined ? { features, description, isLearned: metadata[learnedKey] === 'true' } : undefined;
}

/** Measures cosine similarities, [N, pairs, 2]: to the positive prompt of each pair, then to the negative one. */
export function promptHead(prompts: Prompts): Head {
  const { features, description, isLearned = false } = prompts;
  return {
    kind: 'prompts',
    description,
    measuredShape: [features.shape[0]!, 2],
    outputName: 'similarity',
    metadata: { prompts: description, ...(isLearned && { [learnedKey]: 'true' }) },
    measure: (graph, parameters, embedding) => promptSimilarity(graph, embedding, declarePrompts(graph, parameters, prompts)),
    cues: promptCues,
    score: promptScore,
    order: similarityGaps,
    calibrate: fitScale,
    method: (isTrained) => (isTrained ? trainedMethod : untrainedMethod),
    facts: () => ({ prompts: description }),
  };
}

/** @returns unit vectors [pairs, 2, D] */
function declarePrompts(graph: Graph, parameters: Parameters, { features, isLearned = false }: Prompts): Value {
  const declared = parameters.declare({
    name: promptsName,
    shape: features.shape,
    role: isLearned ? 'parameter' : 'buffer',
    weightDecay: false,
    initialize: () => ({ ...features, data: features.data.slice() }),
  });
  if (!isLearned) return declared;
  return graph.add('Div', [declared, graph.add('Sqrt', [graph.add('ReduceSumSquare', [declared, graph.integers(2)])])]);
}

/**
 * @param embedding [N, D], of any length
 * @param prompts unit vectors [pairs, 2, D]: the positive prompt of each pair, then the negative one
 * @returns cosine similarities [N, pairs, 2]
 */
export function promptSimilarity(graph: Graph, embedding: Value, prompts: Value): Value {
  const [pairs, , size] = prompts.shape as [number, number, number];
  const squares = graph.add('ReduceSumSquare', [embedding, graph.integers(1)]);
  // the constant keeps an embedding of zeros finite and is far below any real one
  const unit = graph.add('Div', [embedding, graph.add('Sqrt', [graph.add('Add', [squares, 1e-12])])]);
  const columns = graph.add('Transpose', [graph.add('Reshape', [prompts, graph.integers(pairs * 2, size)])], { perm: [1, 0] });
  return graph.add('Reshape', [graph.add('MatMul', [unit, columns]), graph.integers(-1, pairs, 2)]);
}

/** The similarities [N, pairs, 2] as cues: those to positive prompts should fall with severity, those to negative ones rise. */
export function promptCues(graph: Graph, similarity: Value): Cues {
  const pairs = similarity.shape[1] as number;
  const side = (index: number): Value => {
    const part = graph.add('Slice', [similarity, graph.integers(index), graph.integers(index + 1), graph.integers(2)]);
    return graph.add('Reshape', [part, graph.integers(-1, pairs)]);
  };
  return { falling: side(0), rising: side(1) };
}

/**
 * CLIP-IQA's score (Wang et al. 2023, arXiv 2207.12396), averaged over pairs: the mean of softmax(scale [positive, negative])[0].
 * @returns [N], 0..1, higher is better
 */
export function promptScore(graph: Graph, similarity: Value, scale: Value | number): Value {
  const probabilities = graph.add('Softmax', [graph.add('Mul', [similarity, scale])], { axis: 2 });
  const positive = graph.add('Slice', [probabilities, graph.integers(0), graph.integers(1), graph.integers(2)]);
  return graph.add('ReduceMean', [positive, graph.integers(1, 2)], { keepdims: 0 });
}

/** Mean over prompt pairs of positive minus negative similarity; similarities are [count, pairs, 2]. */
export function similarityGaps(similarities: Float32Array, count: number): number[] {
  const size = similarities.length / count;
  return Array.from({ length: count }, (_, index) => {
    let sum = 0;
    for (let at = index * size; at < (index + 1) * size; at += 2) sum += similarities[at]! - similarities[at + 1]!;
    return sum / (size / 2);
  });
}
