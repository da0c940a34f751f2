/** The model as a graph for measuring: crops and state -> the head's measurements, as a rule with running statistics, as in the exported file. */
import { Parameters } from '../../backbones/parameters.js';
import { Graph } from '../../graph/graph.js';
import type { Dimension } from '../../graph/value.js';
import { changeOf, type ModelDefinition, measurementOf } from './model.js';

export interface MeasuringGraph {
  readonly graph: Graph;
  readonly parameters: Parameters;
}

/**
 * Inputs: `crops` uint8 [batch, side, side, 3], parameters and buffers by name. Output: `measured` [batch, ...measuredShape].
 * @param inputName gives the name of the input of a parameter or buffer
 * @param batch number of crops; by default any
 * @param normalization by statistics of the batch, or running ones
 */
export function buildMeasuringGraph(
  model: ModelDefinition,
  crop: number,
  inputName = (name: string): string => name,
  batch: Dimension = 'batch',
  normalization: 'batch' | 'running' = 'running',
): MeasuringGraph {
  const graph = new Graph();
  const parameters = new Parameters(graph, inputName, undefined, changeOf(model));
  const crops = graph.input('crops', 'uint8', [batch, crop, crop, 3]);
  graph.output('measured', measurementOf(graph, parameters, crops, model, normalization));
  return { graph, parameters };
}
