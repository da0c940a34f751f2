/** The first of the two training graphs: crops and state -> losses, gradients, updated buffers. */
import { type ParameterSpec, Parameters } from '../backbones/parameters.js';
import { differentiate } from '../graph/differentiate.js';
import { Graph } from '../graph/graph.js';
import { promptCues } from '../heads/prompt-head.js';
import { acrossRankingLoss } from '../losses/across-ranking.js';
import { consistencyLoss } from '../losses/consistency.js';
import { type BatchLayout, cropCount } from '../losses/levels.js';
import { negativeRankingLoss } from '../losses/negative-ranking.js';
import { positiveRankingLoss } from '../losses/positive-ranking.js';
import { nextPrefix } from '../runtime/session-messages.js';
import { type ModelDefinition, similarityOf } from './model.js';
import { gradientName } from './state.js';

export interface LossOptions {
  /** Difference between two crops of a photograph that the consistency loss allows, cosine similarity. */
  readonly marginConsistency: number;
  /** Distance that the ranking losses ask for between any two levels, cosine similarity. */
  readonly marginRank: number;
  /** Weight of ranking across photographs; default 0: left out. */
  readonly lossAcross?: number;
}

/** A graph that computes losses from crops, kept undifferentiated: any engine can take it from here. */
export interface LossGraph {
  readonly graph: Graph;
  readonly parameters: Parameters;
}

/** What every graph has; the first is the sum of the others. */
export const lossNames = ['loss', 'consistency', 'positive', 'negative'] as const;
export type LossName = (typeof lossNames)[number] | 'across';

/** The losses that a graph has. */
export function lossNamesOf({ lossAcross = 0 }: Pick<LossOptions, 'lossAcross'>): readonly LossName[] {
  return lossAcross > 0 ? [...lossNames, 'across'] : lossNames;
}

/**
 * Inputs: `crops` uint8 [photographs x (levels + 1) x 2, side, side, 3] and the model's parameters and buffers by name.
 * Outputs: `loss` (the sum of the others), `consistency`, `positive`, `negative`, where it has a weight `across` (weighted), and `next.<buffer>`.
 */
export function buildLossGraph(model: ModelDefinition, layout: BatchLayout, crop: number, options: LossOptions): LossGraph {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs', model.backbone.isFrozen);
  const crops = graph.input('crops', 'uint8', [cropCount(layout), crop, crop, 3]);
  const { falling, rising } = promptCues(graph, similarityOf(graph, parameters, crops, model, model.backbone.trainNormalization));
  const { marginConsistency, marginRank, lossAcross = 0 } = options;
  const consistency = graph.add('Mul', [
    graph.add('Add', [
      consistencyLoss(graph, falling, layout, marginConsistency),
      consistencyLoss(graph, rising, layout, marginConsistency),
    ]),
    0.5,
  ]);
  const positive = positiveRankingLoss(graph, falling, layout, marginRank);
  const negative = negativeRankingLoss(graph, rising, layout, marginRank);
  graph.output('consistency', consistency);
  graph.output('positive', positive);
  graph.output('negative', negative);
  let loss = graph.add('Add', [graph.add('Add', [consistency, positive]), negative]);
  if (lossAcross > 0) {
    const sides = graph.add('Add', [
      acrossRankingLoss(graph, falling, layout, marginRank, 1),
      acrossRankingLoss(graph, rising, layout, marginRank, -1),
    ]);
    const across = graph.add('Mul', [sides, lossAcross]);
    graph.output('across', across);
    loss = graph.add('Add', [loss, across]);
  }
  graph.output('loss', loss);
  for (const [name, value] of parameters.updates) graph.output(`${nextPrefix}${name}`, value);
  return { graph, parameters };
}

/** Adds the backward pass to a copy of a loss graph. Further outputs: `next.gradient.<parameter>`. */
export function buildGradientsGraph({ graph: lossGraph, parameters }: LossGraph): Graph {
  const graph = lossGraph.copy();
  const trained = trainedSpecs(parameters);
  const values = trained.map(({ name }) => parameters.declared.get(name)!);
  const loss = graph.outputs.get('loss')!;
  for (const [index, gradient] of differentiate(graph, loss, values).entries()) {
    graph.output(`${nextPrefix}${gradientName(trained[index]!.name)}`, gradient);
  }
  return graph;
}

/** The parameters that gradients train. */
export function trainedSpecs(parameters: Parameters): ParameterSpec[] {
  return [...parameters.specs.values()].filter(({ role }) => role === 'parameter');
}
