/** The model as a graph for measuring: crops and state -> similarities, with running statistics, as the exported file has them. */
import { Parameters } from '../../backbones/parameters.js';
import { Graph } from '../../graph/graph.js';
import type { Dimension } from '../../graph/value.js';
import { type ModelDefinition, similarityOf } from './model.js';

export interface SimilarityGraph {
  readonly graph: Graph;
  readonly parameters: Parameters;
}

/**
 * Inputs: `crops` uint8 [batch, side, side, 3], parameters and buffers by name. Output: `similarity` [batch, pairs, 2].
 * @param inputName what the input of a parameter or buffer is called
 * @param batch how many crops; by default any number
 */
export function buildSimilarityGraph(
  model: ModelDefinition,
  crop: number,
  inputName = (name: string): string => name,
  batch: Dimension = 'batch',
): SimilarityGraph {
  const graph = new Graph();
  const parameters = new Parameters(graph, inputName);
  const crops = graph.input('crops', 'uint8', [batch, crop, crop, 3]);
  graph.output('similarity', similarityOf(graph, parameters, crops, model, 'running'));
  return { graph, parameters };
}
