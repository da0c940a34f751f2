/** What a backbone is: a function from normalised pixels to an unnormalised embedding, and facts about its inputs. */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { Parameters } from './parameters.js';

export interface BackboneContext {
  readonly graph: Graph;
  readonly parameters: Parameters;
  /** Batch normalisation by the statistics of the batch (which also updates the running ones), or by the running ones, folded. */
  readonly normalization: 'batch' | 'running';
}

export interface Backbone {
  readonly name: string;
  readonly description: string;
  /** `required`: makes sense only with published weights. */
  readonly pretrained: 'none' | 'required';
  /** How batch normalisation is trained: from scratch it needs the statistics of the batch; pretrained statistics stay frozen. */
  readonly trainNormalization: 'batch' | 'running';
  /** Size of the embedding. */
  readonly embedding: number;
  /** Per channel, of pixels scaled to 0..1. */
  readonly mean: readonly [number, number, number];
  readonly standardDeviation: readonly [number, number, number];
  /** The smallest side of an image, pixels. */
  readonly minimumSide: number;
  /**
   * @param pixels normalised, [N, 3, H, W]
   * @returns the unnormalised embedding, [N, embedding]
   */
  embed(context: BackboneContext, pixels: Value): Value;
}
