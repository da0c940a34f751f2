/** The text towers that entries of backbones describe: how each tokenizes, and the graph that it is. */
import type { TextEncoder } from '../backbones/backbone.js';
import type { LayerContext } from '../backbones/dense-layers.js';
import type { Value } from '../graph/value.js';
import type { TensorData } from '../tensors/tensor-data.js';
import { tokenize } from './clip-tokenizer.js';
import { tokenizeByModel } from './model-tokenizer.js';
import { sigLipTextTransformer } from './siglip-text-transformer.js';
import { textTransformer } from './text-transformer.js';

export interface TextTower {
  /** A tensor that weights with such a tower have. */
  readonly landmark: string;
  /** The names of its tensors. */
  readonly tensors: RegExp;
  /**
   * @param weights the path of the weights, which a tokenizer may lie beside
   * @returns int64 [texts, context]
   * @throws UserError when a text is too long, or there is no tokenizer.
   */
  tokenize(texts: readonly string[], encoder: TextEncoder, weights: string): Promise<TensorData>;
  /**
   * @param tokens int64 [N, context]
   * @returns unnormalized features, [N, embedding]
   */
  embed(context: LayerContext, tokens: TensorData, encoder: TextEncoder, embedding: number): Value;
}

export const textTowers: Readonly<Record<TextEncoder['tower'], TextTower>> = {
  clip: {
    landmark: 'token_embedding.weight',
    tensors: /^(token_embedding|positional_embedding|text_projection|transformer\.|ln_final\.)/,
    tokenize: async (texts, { context }) => tokenize(texts, context),
    embed: textTransformer,
  },
  siglip: {
    landmark: 'token_embedding.weight',
    tensors: /^(token_embedding|positional_embedding|text_projection|transformer\.|ln_final\.)/,
    tokenize: (texts, { context }, weights) => tokenizeByModel(texts, context, weights),
    embed: sigLipTextTransformer,
  },
};
