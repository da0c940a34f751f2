/** The image encoder of the shipped model: features, and the head that was fitted to them, as an embedding of two numbers. */
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { qualityFeatures } from './quality-features.js';
import { fit } from './recipe.js';
import { dot, largestDeviation, ridge, type Standardization, standardizationOf, standardize } from './ridge.js';
import type { Samples } from './samples.js';
import { targets } from './teacher.js';

/**
 * What `qualityEncoder` needs beside the weights of the network: quality = sum of weights x clipped standardised features, about 0 with deviation 1.
 * Half of its variance is the regression's, half the sharpness cue's: see docs/shipped-model.md.
 */
export interface Head {
  readonly standardization: Standardization;
  /** [features] */
  readonly weights: Float64Array;
  readonly sharpness: { readonly feature: number; readonly mean: number; readonly deviation: number };
  /** The quality whose score is one half: in the middle between pristine and degraded samples. */
  readonly middle: number;
}

/** The directions that the embedding is compared with: high and low quality, [1, 2, 2]. */
export const qualityPrompts: TensorData = floatTensor([1, 2, 2], Float32Array.of(1, 0, -1, 0));

/** Where the embedding's angle reaches 45 degrees, in deviations of quality: most images lie where the score is nearly linear. */
const quality45 = 3;

/** Fits the head; the features are those of `qualityFeatures`. */
export function fitHead(samples: Samples): Head {
  const { networkFeatures, sharpness } = samples;
  const standardization = standardizationOf(samples.features);
  const gains = Float64Array.from(samples.features[0]!, (_, index) => (index < networkFeatures ? 1 : fit.cueGain));
  const rows = samples.features.map((row) => standardize(row, standardization, gains));
  const weights = ridge(rows, targets(samples.distances), fit.penalty);
  const { deviation } = momentsOf(rows.map((row) => dot(row, weights)));
  const cue = momentsOf(samples.features.map((row) => row[sharpness]!));
  const half = Math.SQRT1_2;
  const qualities = rows.map((row, index) => {
    const sharp = (samples.features[index]![sharpness]! - cue.mean) / cue.deviation;
    return half * (dot(row, weights) / deviation + sharp);
  });
  const isPristine = samples.distances.map((kinds) => kinds.every((distance) => distance === 0));
  const pristine = momentsOf(qualities.filter((_, index) => isPristine[index]));
  const degraded = momentsOf(qualities.filter((_, index) => !isPristine[index]));
  return {
    standardization,
    weights: weights.map((weight, index) => (half * weight * gains[index]!) / deviation),
    sharpness: { feature: sharpness, mean: cue.mean, deviation: cue.deviation / half },
    middle: (pristine.mean + degraded.mean) / 2,
  };
}

function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

/**
 * Input `pixels` [batch, 3, height, width], 0..1; output `embedding` [batch, 2]: ((quality - middle) / 3, 1). Its cosine similarity to (1, 0) rises with
 * quality, that to (-1, 0) falls.
 */
export function qualityEncoder(
  network: ReadonlyMap<string, TensorData>,
  { standardization, weights, sharpness, middle }: Head,
): Uint8Array {
  const graph = new Graph();
  const pixels = graph.input('pixels', 'float32', ['batch', 3, 'height', 'width']);
  const { features } = qualityFeatures(graph, pixels, network);
  const size = weights.length;
  const constant = (name: string, shape: readonly number[], values: Float64Array): ReturnType<Graph['constant']> =>
    graph.constant(floatTensor(shape, Float32Array.from(values)), name);
  const shifted = graph.add('Sub', [features, constant('head.mean', [1, size], standardization.mean)]);
  const scaled = graph.add('Mul', [
    shifted,
    constant(
      'head.scale',
      [1, size],
      standardization.deviation.map((value) => 1 / value),
    ),
  ]);
  const standardized = graph.add('Clip', [scaled, -largestDeviation, largestDeviation]);
  const regression = graph.add('MatMul', [standardized, constant('head.weight', [size, 1], weights)]);
  const cue = graph.add('Gather', [features, graph.integers(sharpness.feature)], { axis: 1 });
  const sharp = graph.add('Div', [graph.add('Sub', [cue, sharpness.mean]), sharpness.deviation]);
  const quality = graph.add('Mul', [graph.add('Sub', [graph.add('Add', [regression, sharp]), middle]), 1 / quality45]);
  const one = graph.add('Add', [graph.add('Mul', [quality, 0]), 1]);
  graph.output('embedding', graph.add('Concat', [quality, one], { axis: 1 }));
  return encodeOnnx(graph);
}
