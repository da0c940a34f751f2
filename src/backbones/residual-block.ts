/**
 * The residual attention block of CLIP's two transformers (Radford et al. 2021, arXiv 2103.00020, section 2.4; pre-normalised as in
 * Radford et al. 2019): x + attention(LN(x)), then x + MLP(LN(x)).
 *
 * Sequences are rows of one matrix, [N T, C], so that every linear layer is one product over all of them.
 */
import { reshapeToSizes, type Size } from '../graph/reshape-to-sizes.js';
import type { Value } from '../graph/value.js';
import { type LayerContext, layerNorm, linear, vectorOf, weightOf } from './dense-layers.js';
import { singleQueryAttention } from './single-query-attention.js';
import type { Activation, TransformerOptions } from './transformer-options.js';

/** The division of rows into sequences. */
export interface Sequences {
  /** N */
  readonly count: Size;
  /** T */
  readonly length: Size;
  /** Added to the scores of every head, [T, T]: 0, or -Infinity where a token must not look. */
  readonly mask?: Value;
}

/**
 * @param x [N T, C]
 * @returns [N T, C]
 */
export function residualBlock(context: LayerContext, x: Value, name: string, options: TransformerOptions, sequences: Sequences): Value {
  const { graph } = context;
  const attended = selfAttention(context, layerNorm(context, x, `${name}.ln_1`), `${name}.attn`, options, sequences);
  return perceptron(context, graph.add('Add', [x, attended]), name, options);
}

/**
 * The block where only the first token of each sequence is used after it: exact, and nearly free.
 * @param x [N T, C]
 * @returns that token of each sequence, [N, C]
 */
export function firstTokenBlock(context: LayerContext, x: Value, name: string, options: TransformerOptions, sequences: Sequences): Value {
  const { graph } = context;
  const { width, heads } = options;
  const bySequence = (rows: Value): Value => reshapeToSizes(graph, rows, [sequences.count, sequences.length, width]);
  const first = (rows: Value): Value => graph.add('Gather', [bySequence(rows), graph.numbers('int64', 0)], { axis: 1 });
  const normalized = layerNorm(context, x, `${name}.ln_1`);
  const { weight, bias } = inputProjection(context, `${name}.attn`, options);
  const thirds = graph.integers(width, width, width);
  const [queryWeight, keyWeight, valueWeight] = graph.addAll('Split', [weight, thirds], { axis: 0 }) as [Value, Value, Value];
  const [queryBias, , valueBias] = graph.addAll('Split', [bias, thirds], { axis: 0 }) as [Value, Value, Value];
  const tokens = bySequence(normalized);
  const values = singleQueryAttention(graph, {
    query: graph.add('Gemm', [first(normalized), queryWeight, queryBias], { transB: 1 }),
    keyWeight,
    valueWeight,
    tokens,
    columns: graph.add('Transpose', [tokens], { perm: [0, 2, 1] }),
    heads,
  });
  const attended = outputProjection(context, graph.add('Add', [values, valueBias]), `${name}.attn`, options);
  return perceptron(context, graph.add('Add', [first(x), attended]), name, options);
}

/** Scaled dot-product attention (Vaswani et al. 2017, arXiv 1706.03762): softmax(Q K^T / sqrt(d) + mask) V for every head. */
function selfAttention(context: LayerContext, x: Value, name: string, options: TransformerOptions, sequences: Sequences): Value {
  const { graph } = context;
  const { width, heads } = options;
  const { count, length, mask } = sequences;
  const size = width / heads;
  const { weight, bias } = inputProjection(context, name, options);
  const projected = graph.add('Gemm', [x, weight, bias], { transB: 1 });
  // [3, N, heads, T, size]
  const byHead = graph.add('Transpose', [reshapeToSizes(graph, projected, [count, length, 3, heads, size])], { perm: [2, 0, 3, 1, 4] });
  const parts = graph.addAll('Split', [byHead, graph.integers(1, 1, 1)], { axis: 0 });
  // [N heads, T, size]: behind a Reshape, ONNX Runtime joins the Transpose below with the product and not with the one above
  const [query, key, value] = parts.map((part) => reshapeToSizes(graph, part, [-1, length, size])) as [Value, Value, Value];
  const products = graph.add('MatMul', [query, graph.add('Transpose', [key], { perm: [0, 2, 1] })]);
  const scaled = graph.add('Mul', [products, size ** -0.5]);
  const scores = mask ? graph.add('Add', [scaled, mask]) : scaled;
  const attended = graph.add('MatMul', [graph.add('Softmax', [scores], { axis: -1 }), value]);
  const joined = graph.add('Transpose', [reshapeToSizes(graph, attended, [count, heads, length, size])], { perm: [0, 2, 1, 3] });
  return outputProjection(context, graph.add('Reshape', [joined, graph.integers(-1, width)]), name, options);
}

/** Queries, keys and values in one matrix, as PyTorch's MultiheadAttention stores them: [3 C, C] and [3 C]. */
function inputProjection(context: LayerContext, name: string, { width }: TransformerOptions): { weight: Value; bias: Value } {
  return {
    weight: weightOf(context, `${name}.in_proj_weight`, [3 * width, width], width ** -0.5),
    bias: vectorOf(context, `${name}.in_proj_bias`, 3 * width),
  };
}

/** Starts smaller the deeper the model is, so that the sum over blocks keeps its size (as the random start of CLIP). */
function outputProjection(context: LayerContext, x: Value, name: string, { width, layers }: TransformerOptions): Value {
  return linear(context, x, `${name}.out_proj`, width, { deviation: (2 * width * layers) ** -0.5 });
}

/** x + MLP(LN(x)); the factors of the activation go into the linear layers around it, where they cost nothing. */
function perceptron(context: LayerContext, x: Value, name: string, { width, layers, activation }: TransformerOptions): Value {
  const { graph } = context;
  const { inner, outer, shape } = activations[activation];
  const options = { deviation: (2 * width) ** -0.5, productScale: inner, biasScale: inner };
  const hidden = linear(context, layerNorm(context, x, `${name}.ln_2`), `${name}.mlp.c_fc`, 4 * width, options);
  const gate = shape(context, hidden);
  const output = { deviation: (2 * width * layers) ** -0.5, productScale: outer };
  return graph.add('Add', [x, linear(context, graph.add('Mul', [hidden, gate]), `${name}.mlp.c_proj`, width, output)]);
}

/** Activations as outer z gate(z) with z = inner x. */
const activations: Readonly<Record<Activation, { inner: number; outer: number; shape(context: LayerContext, z: Value): Value }>> = {
  'quick-gelu': { inner: 1.702, outer: 1 / 1.702, shape: ({ graph }, z) => graph.add('Sigmoid', [z]) },
  // x (1 + erf(x / sqrt 2)) / 2
  gelu: { inner: Math.SQRT1_2, outer: Math.SQRT1_2, shape: ({ graph }, z) => graph.add('Add', [graph.add('Erf', [z]), 1]) },
};
