/** The model under training: pixels -> its head's measurements, from the same function as the exported file. */
import type { Backbone } from '../../backbones/backbone.js';
import { normalizePixels } from '../../backbones/normalize-pixels.js';
import type { ParameterChange, Parameters } from '../../backbones/parameters.js';
import type { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';
import type { Head } from '../../heads/head.js';
import { type LowRankOptions, lowRankChange } from '../low-rank.js';

/** A backbone, and the head that measures its embedding. */
export interface ModelDefinition {
  readonly backbone: Backbone;
  readonly head: Head;
  /** Changes of low rank that are trained in the place of an attention's weights; absent: none. */
  readonly lowRank?: LowRankOptions | undefined;
}

/** The parts that a model under training makes of its parameters. */
export function changeOf({ lowRank }: Pick<ModelDefinition, 'lowRank'>): ParameterChange | undefined {
  return lowRank && lowRankChange(lowRank);
}

/**
 * @param pixels uint8 RGB, [N, H, W, 3]
 * @returns the head's measurements, [N, ...measuredShape]
 */
export function measurementOf(
  graph: Graph,
  parameters: Parameters,
  pixels: Value,
  model: ModelDefinition,
  normalization: 'batch' | 'running',
): Value {
  return model.head.measure(graph, parameters, embeddingOf(graph, parameters, pixels, model, normalization));
}

/**
 * @param pixels uint8 RGB, [N, H, W, 3]
 * @param squashedTo side of the squares that images of other sizes become first, pixels
 * @returns the unnormalized embedding, [N, embedding]
 */
export function embeddingOf(
  graph: Graph,
  parameters: Parameters,
  pixels: Value,
  { backbone }: Pick<ModelDefinition, 'backbone'>,
  normalization: 'batch' | 'running',
  squashedTo?: number,
): Value {
  return backbone.embed({ graph, parameters, normalization }, normalizePixels(graph, pixels, backbone, squashedTo));
}

/** Numbers that the head measures of one crop. */
export function measuredSize({ head }: ModelDefinition): number {
  return head.measuredShape.reduce((product, length) => product * length, 1);
}
