/** Losses of training with opinions as a graph: crops and their opinions -> losses. And the choice between both kinds of training. */
import { Parameters } from '../../backbones/parameters.js';
import { Graph } from '../../graph/graph.js';
import { nextPrefix } from '../../graph/state-names.js';
import type { Value } from '../../graph/value.js';
import { type BatchLayout, cropCount } from '../../losses/levels.js';
import { type OpinionLossName, opinionLoss } from '../../losses/opinion-losses.js';
import { floatTensor, type NamedTensors } from '../../tensors/tensor-data.js';
import { buildLossGraph, type LossGraph, type LossOptions } from './gradients-graph.js';
import { buildMeasuringGraph } from './measuring-graph.js';
import { changeOf, embeddingOf, type ModelDefinition } from './model.js';

const opinionsName = 'opinions';
/** Predictions of the other parts of an update, and zeros in the places of this one's. */
const elsewhereName = 'predicted.elsewhere';
/** Row p has a one where the p-th photograph of an update is in this part. */
const placesName = 'places';

/**
 * The loss of an update over all its photographs. Of several parts, each has this graph: its own predictions depend on parameters, those of the
 * others are numbers, so that the gradients of all parts add up to that of the whole (Gao et al. 2021, arXiv 2101.06983).
 *
 * Inputs: `crops` uint8 [count, side, side, 3], `opinions` float32 [whole], 0 worst, 1 best, where `whole` > `count` the others' predictions as
 * `opinionFeeds` gives them, and the model's parameters and buffers by name.
 * Outputs: `loss`, `error` (the squared error), `order` (its other part, where the loss has one), and `next.<buffer>`.
 * @param model whose head measures one number
 * @param whole photographs of the update
 */
export function buildOpinionLossGraph(
  model: ModelDefinition,
  count: number,
  crop: number,
  name: OpinionLossName,
  whole = count,
): LossGraph {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs', model.backbone.isFrozen, changeOf(model));
  const crops = graph.input('crops', 'uint8', [count, crop, crop, 3]);
  const embedding = embeddingOf(graph, parameters, crops, model, model.backbone.trainNormalization);
  const own = graph.add('Reshape', [model.head.measure(graph, parameters, embedding), graph.integers(count)]);
  const predicted = whole === count ? own : amongOthers(graph, own, whole);
  const { error, order } = opinionLoss(graph, predicted, graph.input(opinionsName, 'float32', [whole]), name);
  graph.output('error', error);
  if (order) graph.output('order', order);
  graph.output('loss', order ? graph.add('Add', [error, order]) : error);
  for (const [buffer, value] of parameters.updates) graph.output(`${nextPrefix}${buffer}`, value);
  return { graph, parameters, embedding, names: ['loss', 'error', ...(order ? ['order'] : [])] };
}

/** @param own [count] @returns [whole] */
function amongOthers(graph: Graph, own: Value, whole: number): Value {
  const count = own.shape[0] as number;
  const column = graph.add('Reshape', [own, graph.integers(count, 1)]);
  const placed = graph.add('MatMul', [graph.input(placesName, 'float32', [whole, count]), column]);
  return graph.add('Add', [graph.input(elsewhereName, 'float32', [whole]), graph.add('Reshape', [placed, graph.integers(whole)])]);
}

/** Numbers that a part of an update with opinions sees beside its crops. */
export interface RatedPart {
  /** Opinions of all photographs of the update, 0 worst, 1 best. */
  readonly opinions: Float32Array<ArrayBuffer>;
  /** Predictions for all of them, where there are several parts. */
  readonly predicted?: Float32Array<ArrayBuffer>;
  /** The place of the first photograph of this part among them; default: 0. */
  readonly first?: number;
}

/** The inputs of a graph with opinions besides crops and state; of a trial all numbers are zeros. */
export function opinionFeeds({ layout, opinionLoss: name, wholeUpdate }: Objective, rated?: RatedPart): NamedTensors {
  if (name === undefined) return {};
  const count = layout.photographs;
  const whole = wholeUpdate ?? count;
  const { opinions, predicted = new Float32Array(whole), first = 0 } = rated ?? { opinions: new Float32Array(whole) };
  const stated = { [opinionsName]: floatTensor([whole], opinions) };
  if (whole === count) return stated;
  const places = Float32Array.from({ length: whole * count }, (_, at) => (Math.floor(at / count) === first + (at % count) ? 1 : 0));
  const elsewhere = predicted.slice().fill(0, first, first + count);
  return { ...stated, [placesName]: floatTensor([whole, count], places), [elsewhereName]: floatTensor([whole], elsewhere) };
}

/** Predictions of a batch as `buildOpinionLossGraph` makes them, `measured` [count, 1], before gradients are computed. */
export function buildPredictionGraph(model: ModelDefinition, count: number, crop: number): Graph {
  return buildMeasuringGraph(model, crop, undefined, count, model.backbone.trainNormalization).graph;
}

/** The source that a training step learns from, label-free or with opinions. */
export interface Objective {
  readonly layout: BatchLayout;
  readonly losses: LossOptions;
  /** The loss of training with opinions; absent: label-free. Then a batch is `layout.photographs` crops. */
  readonly opinionLoss?: OpinionLossName | undefined;
  /** With opinions: photographs of an update, whose loss sees all of them; default: those of one batch. */
  readonly wholeUpdate?: number | undefined;
}

/** True where a loss sees photographs of other batches, whose predictions are to be known first. */
export function seesOtherParts({ layout, opinionLoss: name, wholeUpdate = layout.photographs }: Objective): boolean {
  return name !== undefined && wholeUpdate > layout.photographs;
}

/** Crops of a batch. */
export function cropsOf({ layout, opinionLoss: name }: Objective): number {
  return name === undefined ? cropCount(layout) : layout.photographs;
}

export function lossGraphOf(
  model: ModelDefinition,
  crop: number,
  { layout, losses, opinionLoss: name, wholeUpdate }: Objective,
): LossGraph {
  if (name === undefined) return buildLossGraph(model, layout, crop, losses);
  return buildOpinionLossGraph(model, layout.photographs, crop, name, wholeUpdate);
}
