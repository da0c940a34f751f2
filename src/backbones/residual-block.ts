/**
 * The residual attention block of vision and text transformers (Radford et al. 2021, arXiv 2103.00020, section 2.4; pre-normalized as in
 * Radford et al. 2019): x + attention(LN(x)), then x + MLP(LN(x)). Parameters have the names of openai/CLIP, and `ls_1`, `ls_2` for the
 * factors of what is added.
 *
 * Sequences are rows of one matrix, [N T, C], so that every linear layer is one product over all of them.
 */
import { reshapeToSizes } from '../graph/reshape-to-sizes.js';
import type { Value } from '../graph/value.js';
import { type LayerContext, layerNorm } from './dense-layers.js';
import { perceptron } from './perceptron.js';
import { firstTokenAttention, type Sequences, selfAttention } from './self-attention.js';
import type { TransformerOptions } from './transformer-options.js';

/**
 * @param x [N T, C]
 * @returns [N T, C]
 */
export function residualBlock(context: LayerContext, x: Value, name: string, options: TransformerOptions, sequences: Sequences): Value {
  const { attention, products } = namesOf(name, options);
  const normalized = layerNorm(context, x, `${name}.ln_1`, options.epsilon);
  const attended = selfAttention(context, normalized, attention, options, sequences);
  return perceptron(context, context.graph.add('Add', [x, attended]), products, options);
}

/**
 * The block where only the first token of each sequence is used after it: exact, and nearly free.
 * @param x [N T, C]
 * @returns that token of each sequence, [N, C]
 */
export function firstTokenBlock(context: LayerContext, x: Value, name: string, options: TransformerOptions, sequences: Sequences): Value {
  const { graph } = context;
  const { attention, products } = namesOf(name, options);
  const bySequence = (rows: Value): Value => reshapeToSizes(graph, rows, [sequences.count, sequences.length, options.width]);
  const first = (rows: Value): Value => graph.add('Gather', [bySequence(rows), graph.numbers('int64', 0)], { axis: 1 });
  const normalized = layerNorm(context, x, `${name}.ln_1`, options.epsilon);
  const attended = firstTokenAttention(context, bySequence(normalized), first(normalized), attention, options, sequences);
  return perceptron(context, graph.add('Add', [first(x), attended]), products, options);
}

function namesOf(name: string, { layerScale }: TransformerOptions) {
  const scale = (index: number) => layerScale && { scale: `${name}.ls_${index}` };
  return {
    attention: { projections: `${name}.attn`, ...scale(1) },
    products: { norm: `${name}.ln_2`, products: `${name}.mlp`, ...scale(2) },
  };
}
