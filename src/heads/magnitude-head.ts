/**
 * The magnitude head: MA-CLIP's score without training (arXiv 2511.09948, as its authors' program computes it), a mean of two cues that are
 * weighed by which is larger: similarities to antonym prompts, and how evenly an embedding's magnitude is spread over its elements.
 */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { Prompts } from '../prompts/prompts.js';
import { fitScale, publishedScale } from './fit-scale.js';
import { type FusionConstants, maClipConstants, similarityWeight } from './fusion.js';
import type { Head, HeadKind } from './head.js';
import { promptCues, promptHead, promptScore, readPrompts } from './prompt-head.js';

/** Added to the standard deviation of magnitudes. */
const deviationOffset = 1e-6;
/** The authors' crops of 224 pixels begin every 128. */
const strideShare = 128 / 224;

export const magnitudeKind: HeadKind = {
  summary: "similarities to antonym prompts, fused with the embedding's magnitude (MA-CLIP)",
  async create({ prompts, seed, backbone, source, fusion, prototypes }) {
    const { choosePrompts } = await import('../prompts/prompts.js');
    return magnitudeHead(await choosePrompts(prompts, seed, backbone, source, { words: 'ma-clip', prototypes }), fusion);
  },
  async restore(stored) {
    const prompts = await readPrompts(stored);
    return prompts && magnitudeHead(prompts, stored.fusion);
  },
  card: ({ head, prompts = '' }, scale) => ({
    title: 'Head',
    description: `${head?.description ?? ''}; prompts: ${prompts}`,
    score:
      `mean of two cues, weighed by which is larger: the mean softmax of similarities to opposite prompts at scale ${scale}, and the magnitude, ` +
      'which may exceed 1',
    limit:
      "Its figures were published for CLIP's encoders: what the magnitude adds to another encoder, or to a trained one, is not measured. Compare both " +
      'with `antonym evaluate`.',
  }),
};

/** Measures [N, 2 pairs + 1]: cosine similarities to the positive and the negative prompt of each pair in turn, then the magnitude. */
export function magnitudeHead(prompts: Prompts, fusion: FusionConstants = maClipConstants): Head {
  const similarities = promptHead(prompts);
  const pairs = prompts.features.shape[0]!;
  const parts = (graph: Graph, measured: Value): { similarity: Value; magnitude: Value } => {
    const [similarity, magnitude] = graph.addAll('Split', [measured, graph.integers(2 * pairs, 1)], { axis: 1 }) as [Value, Value];
    return { similarity: graph.add('Reshape', [similarity, graph.integers(-1, pairs, 2)]), magnitude };
  };
  const similarityScore = (graph: Graph, measured: Value, scale: Value | number): Value =>
    promptScore(graph, parts(graph, measured).similarity, scale);
  const description =
    `magnitude m = mean of Box-Cox of 1 + |f| / (deviation of |f| + ${deviationOffset}) over the embedding f, exponent ` +
    `${fusion.magnitudeExponent}; score = w s + (1 - w) m, where s is that of the prompts and w the first of ` +
    `softmax(${fusion.similarityLogit} + ${fusion.fusionStrength} (s - m), ${fusion.magnitudeLogit} - ${fusion.fusionStrength} (s - m))`;
  return {
    kind: 'magnitude',
    description: `${prompts.description}; ${description}`,
    measuredShape: [2 * pairs + 1],
    outputName: 'cues',
    metadata: similarities.metadata,
    measure(graph, parameters, embedding) {
      const similarity = graph.add('Reshape', [similarities.measure(graph, parameters, embedding), graph.integers(-1, 2 * pairs)]);
      return graph.add('Concat', [similarity, magnitudeOf(graph, embedding, fusion.magnitudeExponent)], { axis: 1 });
    },
    cues(graph, measured) {
      const { similarity, magnitude } = parts(graph, measured);
      const { falling, rising } = promptCues(graph, similarity);
      return { falling: graph.add('Concat', [falling, magnitude], { axis: 1 }), rising };
    },
    score(graph, measured, scale) {
      const { similarity, magnitude: column } = parts(graph, measured);
      const magnitude = graph.add('Reshape', [column, graph.integers(-1)]);
      const difference = graph.add('Sub', [promptScore(graph, similarity, scale), magnitude]);
      const logit = graph.add('Add', [
        graph.add('Mul', [difference, 2 * fusion.fusionStrength]),
        fusion.similarityLogit - fusion.magnitudeLogit,
      ]);
      return graph.add('Add', [magnitude, graph.add('Mul', [graph.add('Sigmoid', [logit]), difference])]);
    },
    order: (measured, count, scale = publishedScale) => fusedScores(measured, count, scale, fusion),
    calibrate: fitScale,
    calibratedScore: similarityScore,
    crops: (side) => ({ side, stride: Math.round(side * strideShare), whole: 'bilinear' }),
    method: (isTrained) =>
      'MA-CLIP (arXiv 2511.09948): similarities to antonym prompts fused with the magnitude of the embedding, without training; ' +
      (isTrained
        ? 'the encoder was trained label-free (QualiCLIP, arXiv 2403.11176)'
        : 'the weights of the encoder are as they were given'),
    facts: () => ({ prompts: prompts.description, head: { name: 'magnitude', description, fusion } }),
  };
}

/**
 * The mean over elements of Box-Cox(1 + |f| / (deviation of |f| + 1e-6)), where the deviation is that of a sample: it depends on the shape of
 * the distribution of |f|, hardly on its length. About .98 where f is Gaussian, less where few elements are large; no upper bound.
 * @param embedding [N, D]
 * @param exponent lambda of the transform (x^lambda - 1) / lambda; 0: ln x
 * @returns [N, 1]
 */
function magnitudeOf(graph: Graph, embedding: Value, exponent: number): Value {
  const size = embedding.shape[1] as number;
  const axis = graph.integers(1);
  const magnitudes = graph.add('Abs', [embedding]);
  const centred = graph.add('Sub', [magnitudes, graph.add('ReduceMean', [magnitudes, axis])]);
  const variance = graph.add('Mul', [graph.add('ReduceSumSquare', [centred, axis]), 1 / (size - 1)]);
  const deviation = graph.add('Add', [graph.add('Sqrt', [variance]), deviationOffset]);
  const logarithm = graph.add('Log', [graph.add('Add', [graph.add('Div', [magnitudes, deviation]), 1])]);
  if (exponent === 0) return graph.add('ReduceMean', [logarithm, axis]);
  const power = graph.add('Exp', [graph.add('Mul', [logarithm, exponent])]);
  return graph.add('Mul', [graph.add('Sub', [graph.add('ReduceMean', [power, axis]), 1]), 1 / exponent]);
}

/** The score of crops that are measured, [count, 2 pairs + 1], in float64. */
function fusedScores(measured: Float32Array, count: number, scale: number, fusion: FusionConstants): number[] {
  const size = measured.length / count;
  return Array.from({ length: count }, (_, crop) => {
    const own = measured.subarray(crop * size, (crop + 1) * size);
    let similarity = 0;
    for (let at = 0; at < size - 1; at += 2) similarity += 1 / (1 + Math.exp(scale * (own[at + 1]! - own[at]!)));
    similarity /= (size - 1) / 2;
    const magnitude = own[size - 1]!;
    return magnitude + similarityWeight(similarity - magnitude, fusion) * (similarity - magnitude);
  });
}
