/** The image encoder of published weights as values of a backbone's parameters. */
import { Graph } from '../../graph/graph.js';
import type { TensorData } from '../../runtime/tensor-data.js';
import type { Backbone } from '../backbone.js';
import { type ParameterSpec, Parameters } from '../parameters.js';
import { readParameters } from './read-parameters.js';
import type { TensorSource } from './tensor-source.js';

/**
 * @param source by OpenAI's names: see `clipTensors`
 * @returns float32 tensors by the names that the backbone declares
 * @throws UserError when the weights are of another model: what is missing, unknown or of another shape.
 */
export function readBackbone(source: TensorSource, backbone: Backbone): Promise<Record<string, TensorData>> {
  return readParameters(source, specsOf(backbone), (name) => name.startsWith('visual.'), backbone.name);
}

function specsOf(backbone: Backbone): Iterable<ParameterSpec> {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  backbone.embed({ graph, parameters, normalization: 'running' }, graph.input('pixels', 'float32', ['batch', 3, 'height', 'width']));
  return parameters.specs.values();
}
