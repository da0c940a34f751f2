/** Multi-head attention with one query per sequence: the attention pool of CLIP's ResNets, the last block of its transformers. */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';

export interface SingleQueryAttention {
  /** Projected, with its bias, [N, C]; [1, C] where all images are asked the same. */
  readonly query: Value;
  /** [C, C], as in PyTorch: outputs first. */
  readonly keyWeight: Value;
  readonly valueWeight: Value;
  /** Tokens that are attended to, [N, T, C]. */
  readonly tokens: Value;
  /** The same, [N, C, T]. */
  readonly columns: Value;
  readonly heads: number;
  /** Projected keys where they are no product of tokens with one matrix, [N, heads, C / heads, T]. */
  readonly keys?: Value;
}

/**
 * With one query q no position needs a projection: per head h,
 *   scores_t = (Wk_h^T q_h) . x_t + const   (the key bias adds the same to every score: softmax does not see it)
 *   output_h = Wv_h (sum_t softmax(scores / sqrt(d))_t x_t)
 * which is the same function at a T-th of the cost for T positions.
 * @returns the joined heads, [N, C], without the bias of the values (to be added by the caller: the weights of a head sum to 1)
 */
export function singleQueryAttention(graph: Graph, attention: SingleQueryAttention): Value {
  const { query, keyWeight, valueWeight, tokens, columns, heads, keys } = attention;
  const channels = query.shape[1] as number;
  const size = channels / heads;
  const headsFirst = { perm: [1, 0, 2] };
  const byHead = (weight: Value): Value => graph.add('Reshape', [weight, graph.integers(heads, size, channels)]);
  const scaled = graph.add('Reshape', [graph.add('Mul', [query, size ** -0.5]), graph.integers(-1, heads, size)]);
  const scores = keys ? scoresOfKeys() : scoresOfTokens();
  const attended = graph.add('MatMul', [graph.add('Softmax', [scores], { axis: -1 }), tokens]);
  const values = graph.add('MatMul', [
    graph.add('Transpose', [attended], headsFirst),
    graph.add('Transpose', [byHead(valueWeight)], { perm: [0, 2, 1] }),
  ]);
  return graph.add('Reshape', [graph.add('Transpose', [values], headsFirst), graph.integers(-1, channels)]);

  /** [N, heads, T] */
  function scoresOfTokens(): Value {
    const asking = graph.add('MatMul', [graph.add('Transpose', [scaled], headsFirst), byHead(keyWeight)]);
    return graph.add('MatMul', [graph.add('Transpose', [asking], headsFirst), columns]);
  }

  function scoresOfKeys(): Value {
    const rows = graph.add('MatMul', [graph.add('Reshape', [scaled, graph.integers(-1, heads, 1, size)]), keys!]);
    return graph.add('Squeeze', [rows, graph.integers(2)]);
  }
}
