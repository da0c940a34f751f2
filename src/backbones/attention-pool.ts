/**
 * Attention pooling with a learned query (Lee et al. 2019, arXiv 1810.00825; the MAP head of Zhai et al. 2022, arXiv 2106.04560): every image
 * is asked the same, and a perceptron follows. Parameters have the names of Perception Encoder's authors.
 */
import type { Value } from '../graph/value.js';
import { type LayerContext, linear, weightOf } from './dense-layers.js';
import { perceptron } from './perceptron.js';
import { inputProjection, splitProjection } from './self-attention.js';
import { singleQueryAttention } from './single-query-attention.js';
import type { TransformerOptions } from './transformer-options.js';

/**
 * @param tokens normalized, [N, T, C]
 * @param options of the tower, but the heads of the pool
 * @returns [N, C]
 */
export function attentionPool(context: LayerContext, tokens: Value, name: string, options: TransformerOptions): Value {
  const { graph } = context;
  const { width, heads } = options;
  const probe = graph.add('Reshape', [weightOf(context, `${name}.probe`, [1, 1, width], width ** -0.5, false), graph.integers(1, width)]);
  const [ofQuery, ofKey, ofValue] = splitProjection(context, inputProjection(context, `${name}.attn`, options), width);
  const values = singleQueryAttention(graph, {
    // one row, for all images
    query: graph.add('Gemm', [probe, ofQuery.weight, ofQuery.bias], { transB: 1 }),
    keyWeight: ofKey.weight,
    valueWeight: ofValue.weight,
    tokens,
    columns: graph.add('Transpose', [tokens], { perm: [0, 2, 1] }),
    heads,
  });
  const attended = linear(context, graph.add('Add', [values, ofValue.bias]), `${name}.attn.out_proj`, width);
  return perceptron(context, attended, { norm: `${name}.layernorm`, products: `${name}.mlp` }, options);
}
