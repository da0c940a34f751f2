/** Losses of training with opinions as a graph: crops and their opinions -> losses. And the choice between both kinds of training. */
import { Parameters } from '../../backbones/parameters.js';
import { Graph } from '../../graph/graph.js';
import { nextPrefix } from '../../graph/state-names.js';
import { type BatchLayout, cropCount } from '../../losses/levels.js';
import { type OpinionLossName, opinionLoss } from '../../losses/opinion-losses.js';
import { buildLossGraph, type LossGraph, type LossOptions } from './gradients-graph.js';
import { changeOf, embeddingOf, type ModelDefinition } from './model.js';

/** The input with normalised opinions. */
export const opinionsName = 'opinions';

/**
 * Inputs: `crops` uint8 [count, side, side, 3], `opinions` float32 [count], 0 worst, 1 best, and the model's parameters and buffers by name.
 * Outputs: `loss`, `error` (the squared error), `order` (its other part, where the loss has one), and `next.<buffer>`.
 * @param model whose head measures one number
 */
export function buildOpinionLossGraph(model: ModelDefinition, count: number, crop: number, name: OpinionLossName): LossGraph {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs', model.backbone.isFrozen, changeOf(model));
  const crops = graph.input('crops', 'uint8', [count, crop, crop, 3]);
  const embedding = embeddingOf(graph, parameters, crops, model, model.backbone.trainNormalization);
  const predicted = graph.add('Reshape', [model.head.measure(graph, parameters, embedding), graph.integers(count)]);
  const { error, order } = opinionLoss(graph, predicted, graph.input(opinionsName, 'float32', [count]), name);
  graph.output('error', error);
  if (order) graph.output('order', order);
  graph.output('loss', order ? graph.add('Add', [error, order]) : error);
  for (const [buffer, value] of parameters.updates) graph.output(`${nextPrefix}${buffer}`, value);
  return { graph, parameters, embedding, names: ['loss', 'error', ...(order ? ['order'] : [])] };
}

/** The source that a training step learns from, label-free or with opinions. */
export interface Objective {
  readonly layout: BatchLayout;
  readonly losses: LossOptions;
  /** The loss of training with opinions; absent: label-free. Then a batch is `layout.photographs` crops. */
  readonly opinionLoss?: OpinionLossName | undefined;
}

/** Crops of a batch. */
export function cropsOf({ layout, opinionLoss: name }: Objective): number {
  return name === undefined ? cropCount(layout) : layout.photographs;
}

export function lossGraphOf(model: ModelDefinition, crop: number, { layout, losses, opinionLoss: name }: Objective): LossGraph {
  return name === undefined ? buildLossGraph(model, layout, crop, losses) : buildOpinionLossGraph(model, layout.photographs, crop, name);
}
