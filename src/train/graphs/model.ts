/** The model under training: pixels -> similarities to the prompts, from the same function as the exported file. */
import type { Backbone } from '../../backbones/backbone.js';
import { normalizePixels } from '../../backbones/normalize-pixels.js';
import type { Parameters } from '../../backbones/parameters.js';
import type { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';
import { promptSimilarity } from '../../heads/prompt-head.js';
import type { TensorData } from '../../tensors/tensor-data.js';

/** A backbone and the prompts that it is compared with. */
export interface ModelDefinition {
  readonly backbone: Backbone;
  /** Unit vectors, float32 [pairs, 2, embedding]. */
  readonly prompts: TensorData;
}

export const promptsName = 'prompts.features';

/**
 * @param pixels uint8 RGB, [N, H, W, 3]
 * @returns cosine similarities, [N, pairs, 2]
 */
export function similarityOf(
  graph: Graph,
  parameters: Parameters,
  pixels: Value,
  model: ModelDefinition,
  normalization: 'batch' | 'running',
): Value {
  return similarityToPrompts(graph, parameters, embeddingOf(graph, parameters, pixels, model, normalization), model);
}

/**
 * @param pixels uint8 RGB, [N, H, W, 3]
 * @returns the unnormalised embedding, [N, embedding]
 */
export function embeddingOf(
  graph: Graph,
  parameters: Parameters,
  pixels: Value,
  { backbone }: ModelDefinition,
  normalization: 'batch' | 'running',
): Value {
  return backbone.embed({ graph, parameters, normalization }, normalizePixels(graph, pixels, backbone));
}

/**
 * @param embedding [N, embedding]
 * @returns cosine similarities, [N, pairs, 2]
 */
export function similarityToPrompts(graph: Graph, parameters: Parameters, embedding: Value, { prompts }: ModelDefinition): Value {
  const features = parameters.declare({
    name: promptsName,
    shape: prompts.shape,
    role: 'buffer',
    weightDecay: false,
    initialize: () => ({ ...prompts, data: prompts.data.slice() }),
  });
  return promptSimilarity(graph, embedding, features);
}
