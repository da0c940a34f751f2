/** The shipped model's features of an image: deviations of MobileNetV2's channels at two scales, and cues of sharpness and tone. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import { halved, imageMean, mean, sharpnessCue, sharpnessCues } from './sharpness-cues.js';

/** Layers from detail to parts of objects; those after them, of the package of weights, were trained on for another task. */
const layers = {
  full: ['block_3_expand', 'block_6_expand', 'block_10_expand'],
  half: ['block_3_expand', 'block_6_expand', 'block_10_expand'],
} as const;

/** Number of features from the network: the channels of these layers at both sizes; the cues follow. */
export const networkFeatures = 2 * (144 + 192 + 384);
/** Index of the feature that is the logarithm of the variance of the Laplacian. */
export const sharpness = networkFeatures + sharpnessCue;

export interface QualityFeatures {
  /** [N, features] */
  readonly features: Value;
  /** Activations of the last layer at both scales, [N, C, H, W]: to compare an image with its pristine one. */
  readonly activations: readonly Value[];
}

/** Smaller images do not fill the windows of the cues at quarter size, pixels. */
export const smallestSide = 64;

/** @param pixels [N, 3, H, W], 0..1, of `smallestSide` at least */
export function qualityFeatures(graph: Graph, pixels: Value, weights: ReadonlyMap<string, TensorData>): QualityFeatures {
  const parts: Value[] = [];
  const activations: Value[] = [];
  const inputs = { full: pixels, half: halved(graph, pixels) };
  for (const scale of ['full', 'half'] as const) {
    const names = layers[scale];
    const taps = mobileNetV2(graph, inputs[scale], weights, names.at(-1)!);
    for (const name of names) parts.push(deviationOf(graph, taps.get(name)!));
    activations.push(graph.add('Clip', [taps.get(names.at(-1)!)!, 0, 6]));
  }
  const count = parts.reduce((total, { shape }) => total + (shape[1] as number), 0);
  if (count !== networkFeatures) throw new Error(`the network gives ${count} features, not ${networkFeatures}`);
  const features = graph.add('Concat', [...parts, ...sharpnessCues(graph, pixels)], { axis: 1 });
  return { features, activations };
}

/** The deviation over the image of every channel, [N, C]: means say what a picture shows more than how well. */
function deviationOf(graph: Graph, value: Value): Value {
  const difference = graph.add('Sub', [value, imageMean(graph, value)]);
  const variance = mean(graph, graph.add('Mul', [difference, difference]));
  return graph.add('Sqrt', [graph.add('Add', [variance, 1e-6])]);
}
