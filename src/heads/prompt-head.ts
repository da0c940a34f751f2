/** The prompt head: cosine similarities between an image's embedding and antonym prompts, and the score they give. */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';

/** What the losses see: numbers per crop that severity should move in a known direction. */
export interface Cues {
  /** [N, cues]: each should fall as severity grows. */
  readonly falling: Value;
  /** [N, cues]: each should rise as severity grows. */
  readonly rising: Value;
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
export function promptScore(graph: Graph, similarity: Value, scale: number): Value {
  const probabilities = graph.add('Softmax', [graph.add('Mul', [similarity, scale])], { axis: 2 });
  const positive = graph.add('Slice', [probabilities, graph.integers(0), graph.integers(1), graph.integers(2)]);
  return graph.add('ReduceMean', [positive, graph.integers(1, 2)], { keepdims: 0 });
}
