/** The two parts of the shipped model: an image encoder that gives standardized features, and the regression that is fitted to them. */
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import type { Regression } from '#antonym/heads/regression-head.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { networkFeatures, qualityFeatures, sharpness } from './quality-features.js';
import { fit, sets } from './recipe.js';
import { dot, largestDeviation, ridge, type Standardization, standardizationOf, standardize } from './ridge.js';
import type { Sample } from './samples.js';
import { targets } from './teacher.js';

/**
 * The model that is fitted to samples: quality = sum of weights x clipped standardized features + sharpness, about 0 with deviation 1.
 * Half of its variance is the regression's, half the sharpness cue's: see docs/shipped-model.md.
 */
export interface FittedQuality {
  readonly standardization: Standardization;
  /** [features] */
  readonly weights: Float64Array;
  readonly sharpness: { readonly mean: number; readonly deviation: number };
  /** The quality whose score is one half: in the middle between pristine and degraded samples. */
  readonly middle: number;
}

/** Share of the regression, and of the sharpness cue, in the quality. */
const half = Math.SQRT1_2;
/** Deviations of quality that make 1 of the regression: most images lie where the score is nearly linear. */
const qualityOfOne = 3;

/** The features are those of `qualityFeatures`. Each set has a regression of its own on features that are standardized over both; the mean of the two counts. */
export function fitQuality(samples: readonly Sample[]): FittedQuality {
  const features = samples.map((sample) => sample.features);
  const standardization = standardizationOf(features);
  const gains = Float64Array.from(features[0]!, (_, index) => (index < networkFeatures ? 1 : fit.cueGain));
  const rows = features.map((row) => standardize(row, standardization, gains));
  const weights = new Float64Array(gains.length);
  for (const set of Object.keys(sets)) {
    const own = rows.filter((_, index) => samples[index]!.set === set);
    const distances = samples.filter((sample) => sample.set === set).map((sample) => sample.distances);
    const ownWeights = ridge(own, targets(distances), fit.penalty);
    const { deviation } = momentsOf(own.map((row) => dot(row, ownWeights)));
    for (const [index, weight] of ownWeights.entries()) weights[index]! += weight / deviation;
  }
  const { deviation } = momentsOf(rows.map((row) => dot(row, weights)));
  const cue = momentsOf(features.map((row) => row[sharpness]!));
  const qualities = rows.map((row, index) => {
    const sharp = Math.min(fit.mostSharpness, (features[index]![sharpness]! - cue.mean) / cue.deviation);
    return half * (dot(row, weights) / deviation + sharp);
  });
  const isPristine = samples.map(({ distances }) => distances.every((distance) => distance === 0));
  const pristine = momentsOf(qualities.filter((_, index) => isPristine[index]));
  const degraded = momentsOf(qualities.filter((_, index) => !isPristine[index]));
  return {
    standardization,
    weights: weights.map((weight, index) => (half * weight * gains[index]!) / deviation),
    sharpness: { mean: cue.mean, deviation: cue.deviation / half },
    middle: (pristine.mean + degraded.mean) / 2,
  };
}

function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

/**
 * Input `pixels` [batch, 3, height, width], 0..1; output `embedding` [batch, features + 1]: the clipped standardized features, then the
 * standardized sharpness cue, which is clipped from above: more is no detail.
 */
export function qualityEncoder(network: ReadonlyMap<string, TensorData>, { standardization, sharpness: cue }: FittedQuality): Uint8Array {
  const graph = new Graph();
  const pixels = graph.input('pixels', 'float32', ['batch', 3, 'height', 'width']);
  const { features } = qualityFeatures(graph, pixels, network);
  const row = (name: string, values: Float64Array): ReturnType<Graph['constant']> =>
    graph.constant(floatTensor([1, values.length], Float32Array.from(values)), name);
  const shifted = graph.add('Sub', [features, row('features.mean', standardization.mean)]);
  const inverse = standardization.deviation.map((value) => 1 / value);
  const scaled = graph.add('Mul', [shifted, row('features.scale', inverse)]);
  const standardized = graph.add('Clip', [scaled, -largestDeviation, largestDeviation]);
  const logarithm = graph.add('Gather', [features, graph.integers(sharpness)], { axis: 1 });
  const own = graph.add('Div', [graph.add('Sub', [logarithm, cue.mean]), cue.deviation]);
  const sharp = graph.add('Clip', [own, null, graph.numbers('float32', fit.mostSharpness * half)]);
  graph.output('embedding', graph.add('Concat', [standardized, sharp], { axis: 1 }));
  return encodeOnnx(graph);
}

/** The regression on that embedding: (quality - middle) / 3. */
export function qualityRegression({ weights, middle }: FittedQuality): Regression {
  const all = Float32Array.from([...weights, 1], (weight) => weight / qualityOfOne);
  return { weight: floatTensor([all.length, 1], all), bias: floatTensor([1], [-middle / qualityOfOne]) };
}
