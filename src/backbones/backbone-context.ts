/** The surroundings that an image encoder is built in: a graph, its parameters, and how batches are normalized. */
import type { Graph } from '../graph/graph.js';
import type { Parameters } from './parameters.js';

export interface BackboneContext {
  readonly graph: Graph;
  readonly parameters: Parameters;
  /**
   * Batch normalization by the statistics of the batch (which also updates the running ones), or by the running ones, folded; frozen
   * parts by the running ones in any case.
   */
  readonly normalization: 'batch' | 'running';
}
