/** The image encoder of weights as values of a backbone's parameters, in whichever layout they were saved. */
import { Graph } from '../../graph/graph.js';
import { UserError } from '../../support/errors.js';
import type { TensorData } from '../../tensors/tensor-data.js';
import { type Backbone, encoderPrefix } from '../backbone.js';
import { Parameters } from '../parameters.js';
import { backbones } from '../registry.js';
import { isLaidOut, layOut } from './lay-out.js';
import { describeMisfit, readParameters, type WeightsNeed } from './read-parameters.js';
import type { TensorSource } from './tensor-source.js';

/**
 * @param source by our own names, as checkpoints of runs have them, or in one of the layouts that the backbone's reader knows
 * @returns float32 tensors by the names that the backbone declares
 * @throws UserError when the weights are of another model: of which, or what is missing, unknown or of another shape.
 */
export async function readBackbone(source: TensorSource, backbone: Backbone): Promise<Record<string, TensorData>> {
  const need = needOf(backbone);
  const fitting = findFitting(source, backbone);
  if (fitting) return readParameters(fitting, need, backbone.name);
  const other = backbones.find((candidate) => candidate.name !== backbone.name && findFitting(source, candidate));
  if (other) throw new UserError(`${source.path} holds weights of ${other.name}, not of ${backbone.name}. Use --backbone ${other.name}.`);
  return readParameters(backbone.reader.layouts.length === 0 ? source : layOut(source, backbone.reader), need, backbone.name);
}

/** A view of the source that has exactly the parameters of the backbone. */
function findFitting(source: TensorSource, backbone: Backbone): TensorSource | undefined {
  const need = needOf(backbone);
  if (describeMisfit(source, need) === undefined) return source;
  if (!isLaidOut(source, backbone.reader)) return undefined;
  const view = layOut(source, backbone.reader);
  return describeMisfit(view, need) === undefined ? view : undefined;
}

function needOf({ fixedSide, reader, embed }: Backbone): WeightsNeed {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  const pixels = graph.input('pixels', 'float32', ['batch', 3, fixedSide ?? 'height', fixedSide ?? 'width']);
  embed({ graph, parameters, normalization: 'running' }, pixels);
  return {
    specs: [...parameters.specs.values()],
    belongs: (name) => name.startsWith(encoderPrefix) && reader.unused?.test(name) !== true,
  };
}
