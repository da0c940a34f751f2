/** The text transformer of SigLIP (Zhai et al. 2023, arXiv 2303.15343): token ids in, text features out. */
import type { TextEncoder } from '../backbones/backbone.js';
import { type LayerContext, layerNorm, linear, weightOf } from '../backbones/dense-layers.js';
import { residualBlock } from '../backbones/residual-block.js';
import type { Value } from '../graph/value.js';
import type { TensorData } from '../tensors/tensor-data.js';

/**
 * Every token sees all others, those that fill a text up among them; what counts is the last one, projected with a bias.
 * @param tokens int64 [N, context]
 * @param embedding size of the features
 * @returns unnormalized features, [N, embedding]
 */
export function sigLipTextTransformer(context: LayerContext, tokens: TensorData, options: TextEncoder, embedding: number): Value {
  const { graph } = context;
  const { width, layers, vocabulary, context: length, epsilon } = options;
  const count = tokens.shape[0]!;
  const ids = graph.integers(...Array.from(tokens.data, Number));
  const embedded = graph.add('Gather', [weightOf(context, 'token_embedding.weight', [vocabulary, width], 0.02), ids]);
  const positions = weightOf(context, 'positional_embedding', [length, width], 0.01);
  const placed = graph.add('Add', [graph.add('Reshape', [embedded, graph.integers(count, length, width)]), positions]);
  let x = graph.add('Reshape', [placed, graph.integers(-1, width)]);
  for (let layer = 0; layer < layers; layer++) x = residualBlock(context, x, `transformer.resblocks.${layer}`, options, { count, length });
  const last = graph.add('Gather', [x, graph.integers(...Array.from({ length: count }, (_, row) => (row + 1) * length - 1))]);
  return linear(context, layerNorm(context, last, 'ln_final', epsilon), 'text_projection', embedding);
}
