/** The first half of a residual attention block: attention of tokens to all tokens of their sequence, or of one of them. */
import { reshapeToSizes, type Size } from '../graph/reshape-to-sizes.js';
import type { Value } from '../graph/value.js';
import { type LayerContext, linear, vectorOf, weightOf } from './dense-layers.js';
import { layerScale } from './perceptron.js';
import { inHalves, type Rotation, rotate } from './rotary-embedding.js';
import { singleQueryAttention } from './single-query-attention.js';
import type { TransformerOptions } from './transformer-options.js';

/** The division of rows into sequences. */
export interface Sequences {
  /** N */
  readonly count: Size;
  /** T */
  readonly length: Size;
  /** Added to the scores of every head, [T, T]: 0, or -Infinity where a token must not look. */
  readonly mask?: Value;
  /** Turns queries and keys by their places; the first token's by nothing. */
  readonly rotation?: Rotation;
}

/** The names of an attention's parameters. */
export interface AttentionNames {
  readonly projections: string;
  /** Name of the factors of what it adds; absent without them. */
  readonly scale?: string;
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017, arXiv 1706.03762): softmax(Q K^T / sqrt(d) + mask) V for every head.
 * @param x [N T, C]
 */
export function selfAttention(
  context: LayerContext,
  x: Value,
  names: AttentionNames,
  options: TransformerOptions,
  sequences: Sequences,
): Value {
  const { graph } = context;
  const { width, heads } = options;
  const { count, length, mask, rotation } = sequences;
  const size = width / heads;
  const { weight, bias } = ordered(context, inputProjection(context, names.projections, options), heads, rotation);
  const projected = graph.add('Gemm', [x, weight, bias], { transB: 1 });
  // [3, N, heads, T, size]
  const byHead = graph.add('Transpose', [reshapeToSizes(graph, projected, [count, length, 3, heads, size])], { perm: [2, 0, 3, 1, 4] });
  const parts = graph.addAll('Split', [byHead, graph.integers(1, 1, 1)], { axis: 0 });
  // [N heads, T, size]: behind a Reshape, ONNX Runtime joins the Transpose below with the product and not with the one above
  const [query, key, value] = parts.map((part) => reshapeToSizes(graph, part, [-1, length, size])) as [Value, Value, Value];
  const [turned, turnedKey] = rotation ? [rotate(graph, query, rotation), rotate(graph, key, rotation)] : [query, key];
  const products = graph.add('MatMul', [turned, graph.add('Transpose', [turnedKey], { perm: [0, 2, 1] })]);
  const scaled = graph.add('Mul', [products, size ** -0.5]);
  const scores = mask ? graph.add('Add', [scaled, mask]) : scaled;
  const attended = graph.add('MatMul', [graph.add('Softmax', [scores], { axis: -1 }), value]);
  const joined = graph.add('Transpose', [reshapeToSizes(graph, attended, [count, heads, length, size])], { perm: [0, 2, 1, 3] });
  return outputProjection(context, graph.add('Reshape', [joined, graph.integers(-1, width)]), names, options);
}

/**
 * The attention of the first token of each sequence alone.
 * @param tokens [N, T, C]
 * @param first [N, C]
 * @returns [N, C]
 */
export function firstTokenAttention(
  context: LayerContext,
  tokens: Value,
  first: Value,
  names: AttentionNames,
  options: TransformerOptions,
  { length, rotation }: Sequences,
): Value {
  const { graph } = context;
  const { width, heads } = options;
  const projection = ordered(context, inputProjection(context, names.projections, options), heads, rotation);
  const [ofQuery, ofKey, ofValue] = splitProjection(context, projection, width);
  // turned keys are no product with one matrix
  const keys = (turned: Rotation): Value => {
    const size = width / heads;
    const projected = graph.add('Gemm', [graph.add('Reshape', [tokens, graph.integers(-1, width)]), ofKey.weight, ofKey.bias], {
      transB: 1,
    });
    const byHead = graph.add('Transpose', [reshapeToSizes(graph, projected, [-1, length, heads, size])], { perm: [0, 2, 1, 3] });
    return graph.add('Transpose', [rotate(graph, byHead, turned)], { perm: [0, 1, 3, 2] });
  };
  const values = singleQueryAttention(graph, {
    query: graph.add('Gemm', [first, ofQuery.weight, ofQuery.bias], { transB: 1 }),
    keyWeight: ofKey.weight,
    valueWeight: ofValue.weight,
    tokens,
    columns: graph.add('Transpose', [tokens], { perm: [0, 2, 1] }),
    heads,
    ...(rotation && { keys: keys(rotation) }),
  });
  return outputProjection(context, graph.add('Add', [values, ofValue.bias]), names, options);
}

export interface Projection {
  readonly weight: Value;
  readonly bias: Value;
}

/**
 * Queries, keys and values in one matrix, as PyTorch's MultiheadAttention stores them: [3 C, C] and [3 C]. Where keys have no bias, those of
 * queries and values are parameters of their own.
 */
export function inputProjection(context: LayerContext, name: string, { width, keyBias = true }: TransformerOptions): Projection {
  const { graph } = context;
  const weight = weightOf(context, `${name}.in_proj_weight`, [3 * width, width], width ** -0.5);
  if (keyBias) return { weight, bias: vectorOf(context, `${name}.in_proj_bias`, 3 * width) };
  const zeros = graph.numbers('float32', new Array<number>(width).fill(0));
  const [query, value] = ['q', 'v'].map((own) => vectorOf(context, `${name}.${own}_bias`, width)) as [Value, Value];
  return { weight, bias: graph.add('Concat', [query, zeros, value], { axis: 0 }) };
}

/** An input projection taken apart: of queries, of keys and of values, each [C, C] and [C]. */
export function splitProjection(
  { graph }: LayerContext,
  { weight, bias }: Projection,
  width: number,
): readonly [query: Projection, key: Projection, value: Projection] {
  const thirds = graph.integers(width, width, width);
  const weights = graph.addAll('Split', [weight, thirds], { axis: 0 });
  const biases = graph.addAll('Split', [bias, thirds], { axis: 0 });
  const part = (index: number): Projection => ({ weight: weights[index]!, bias: biases[index]! });
  return [part(0), part(1), part(2)];
}

/** With the rows of queries and keys in the order that the rotation wants. */
function ordered({ graph }: LayerContext, { weight, bias }: Projection, heads: number, rotation: Rotation | undefined): Projection {
  if (!rotation || rotation.pairs === 'halves') return { weight, bias };
  const [ordered, orderedBias] = [weight, bias].map((rows) => {
    const third = (rows.shape[0] as number) / 3;
    const [turned, values] = graph.addAll('Split', [rows, graph.integers(2 * third, third)], { axis: 0 }) as [Value, Value];
    return graph.add('Concat', [inHalves(graph, turned, 2 * heads, rotation), values], { axis: 0 });
  }) as [Value, Value];
  return { weight: ordered, bias: orderedBias };
}

/** Starts smaller the deeper the model is, so that the sum over blocks keeps its size (as the random start of CLIP). */
function outputProjection(context: LayerContext, x: Value, names: AttentionNames, { width, layers }: TransformerOptions): Value {
  return linear(context, x, `${names.projections}.out_proj`, width, {
    deviation: (2 * width * layers) ** -0.5,
    ...(names.scale !== undefined && { outputScale: layerScale(context, names.scale, width) }),
  });
}
