/**
 * Degradations are told from the embedding, and from how the channels of an encoder's first maps are spread over the image. Training takes from an
 * embedding what tells one kind of damage from another; maps near the image still have it.
 */
import type { Backbone } from '../../backbones/backbone.js';
import { Parameters } from '../../backbones/parameters.js';
import { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';
import type { Head } from '../../heads/head.js';
import { embeddingOf, type ModelDefinition } from '../../train/graphs/model.js';

/** Statistics of maps, beside the embedding: regressions on more of them would need more crops. */
const mostStatistics = 1024;
/** Below every variance that matters. */
const leastVariance = 1e-8;

/** A backbone that builds the same, and the maps that it has built last. */
export interface WatchedBackbone {
  readonly backbone: Backbone;
  readonly maps: readonly Value[];
}

export function watchMaps(backbone: Backbone): WatchedBackbone {
  const maps: Value[] = [];
  return {
    maps,
    backbone: {
      ...backbone,
      embed(context, pixels) {
        maps.length = 0;
        return backbone.embed({ ...context, onMap: (map) => void maps.push(map) }, pixels);
      },
    },
  };
}

/**
 * The features of images whose embedding was built by a watched backbone: the embedding, then mean and deviation over the image of the channels of
 * as many of the first maps as have at most 1,024 of them.
 * @param embedding [N, D]
 * @param maps each [N, C, H, W]
 * @returns [N, features]
 */
export function featuresOf(graph: Graph, embedding: Value, maps: readonly Value[]): Value {
  const parts = [embedding];
  let left = mostStatistics;
  for (const map of maps) {
    left -= 2 * Number(map.shape[1]);
    if (left < 0) break;
    const mean = graph.add('ReduceMean', [map, graph.integers(2, 3)], { keepdims: 1 });
    const centered = graph.add('Sub', [map, mean]);
    const variance = graph.add('ReduceMean', [graph.add('Mul', [centered, centered]), graph.integers(2, 3)], { keepdims: 0 });
    parts.push(graph.add('Reshape', [mean, graph.integers(0, -1)]), graph.add('Sqrt', [graph.add('Add', [variance, leastVariance])]));
  }
  return parts.length === 1 ? embedding : graph.add('Concat', parts, { axis: 1 });
}

/** The model that measures the features of crops. @param side of the crops, pixels */
export function featuresModel(model: ModelDefinition, side: number): ModelDefinition {
  const { backbone, maps } = watchMaps(model.backbone);
  const measure: Head['measure'] = (graph, _parameters, embedding) => featuresOf(graph, embedding, maps);
  const graph = new Graph();
  const pixels = graph.input('crops', 'uint8', [1, side, side, 3]);
  const parameters = new Parameters(graph, 'inputs');
  const features = measure(graph, parameters, embeddingOf(graph, parameters, pixels, { backbone }, 'running'));
  return { ...model, backbone, head: { ...model.head, measuredShape: [Number(features.shape[1])], measure } };
}
