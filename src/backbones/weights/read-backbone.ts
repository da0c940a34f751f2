/** The image encoder of published weights as values of a backbone's parameters. */
import { Graph } from '../../graph/graph.js';
import { UserError } from '../../support/errors.js';
import type { TensorData } from '../../tensors/tensor-data.js';
import type { Backbone } from '../backbone.js';
import { Parameters } from '../parameters.js';
import { backboneNames, findBackbone } from '../registry.js';
import { describeMisfit, readParameters, type WeightsNeed } from './read-parameters.js';
import type { TensorSource } from './tensor-source.js';

/**
 * @param source by OpenAI's names: see `clipTensors`
 * @returns float32 tensors by the names that the backbone declares
 * @throws UserError when the weights are of another model: of which, or what is missing, unknown or of another shape.
 */
export async function readBackbone(source: TensorSource, backbone: Backbone): Promise<Record<string, TensorData>> {
  const need = needOf(backbone);
  if (describeMisfit(source, need) !== undefined) {
    const other = backboneNames.find((name) => describeMisfit(source, needOf(findBackbone(name))) === undefined);
    if (other !== undefined)
      throw new UserError(`${source.path} holds weights of ${other}, not of ${backbone.name}. Use --backbone ${other}`);
  }
  return readParameters(source, need, backbone.name);
}

function needOf(backbone: Backbone): WeightsNeed {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  const { fixedSide } = backbone;
  const pixels = graph.input('pixels', 'float32', ['batch', 3, fixedSide ?? 'height', fixedSide ?? 'width']);
  backbone.embed({ graph, parameters, normalization: 'running' }, pixels);
  return { specs: [...parameters.specs.values()], belongs: (name) => name.startsWith('visual.') };
}
