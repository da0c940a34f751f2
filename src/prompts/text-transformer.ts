/** CLIP's text transformer (Radford et al. 2021, arXiv 2103.00020, section 2.4): token ids in, text features out. */
import type { TextEncoder } from '../backbones/backbone.js';
import { type LayerContext, layerNorm, weightOf } from '../backbones/dense-layers.js';
import { residualBlock } from '../backbones/residual-block.js';
import type { Value } from '../graph/value.js';
import type { TensorData } from '../tensors/tensor-data.js';

/**
 * Parameters are named as in openai/CLIP. Every token sees itself and those before it, so what follows the end of the longest text is
 * left out: exact, and a fraction of the work.
 * @param tokens int64 [N, context]; the largest id of a row marks the end of its text
 * @param embedding size of the features
 * @returns unnormalized features: of the token that ends each text, [N, embedding]
 */
export function textTransformer(context: LayerContext, tokens: TensorData, options: TextEncoder, embedding: number): Value {
  const { graph } = context;
  const { width, layers, vocabulary, context: positions } = options;
  const count = tokens.shape[0]!;
  const rows = Array.from({ length: count }, (_, row) => Array.from(tokens.data.subarray(row * positions, (row + 1) * positions), Number));
  const ends = rows.map((ids) => ids.indexOf(Math.max(...ids)));
  const length = Math.max(...ends) + 1;
  const ids = graph.integers(...rows.flatMap((row) => row.slice(0, length)));
  const embedded = graph.add('Gather', [weightOf(context, 'token_embedding.weight', [vocabulary, width], 0.02), ids]);
  const all = weightOf(context, 'positional_embedding', [positions, width], 0.01);
  const used = graph.add('Slice', [all, graph.integers(0), graph.integers(length), graph.integers(0)]);
  const placed = graph.add('Add', [graph.add('Reshape', [embedded, graph.integers(count, length, width)]), used]);
  let x = graph.add('Reshape', [placed, graph.integers(-1, width)]);
  const sequences = { count, length, mask: causalMask(context, length) };
  for (let layer = 0; layer < layers; layer++) x = residualBlock(context, x, `transformer.resblocks.${layer}`, options, sequences);
  const last = graph.add('Gather', [x, graph.integers(...ends.map((end, row) => row * length + end))]);
  const projection = weightOf(context, 'text_projection', [width, embedding], width ** -0.5);
  return graph.add('Gemm', [layerNorm(context, last, 'ln_final'), projection]);
}

/** [length, length]: -Infinity above the diagonal. */
function causalMask({ graph }: LayerContext, length: number): Value {
  const mask = Array.from({ length: length ** 2 }, (_, index) =>
    index % length > Math.floor(index / length) ? Number.NEGATIVE_INFINITY : 0,
  );
  return graph.numbers('float32', mask, [length, length]);
}
