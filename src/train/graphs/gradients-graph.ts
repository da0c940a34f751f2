/** The first of the two training graphs: crops and state -> losses, gradients, updated buffers. */
import { type ParameterSpec, Parameters } from '../../backbones/parameters.js';
import { differentiate } from '../../graph/differentiate.js';
import { Graph } from '../../graph/graph.js';
import { neededParts } from '../../graph/needed-parts.js';
import { peakMemory } from '../../graph/peak-memory.js';
import { nextPrefix } from '../../graph/state-names.js';
import type { Value } from '../../graph/value.js';
import { acrossRankingLoss } from '../../losses/across-ranking.js';
import { consistencyLoss } from '../../losses/consistency.js';
import { type BatchLayout, cropCount } from '../../losses/levels.js';
import { negativeRankingLoss } from '../../losses/negative-ranking.js';
import { positiveRankingLoss } from '../../losses/positive-ranking.js';
import { lowerGradients } from '../../lowering/lower-gradients.js';
import type { PrecisionSource } from '../../lowering/precision/precision-source.js';
import { recomputeForward } from '../../lowering/recompute.js';
import { recomputeCheap } from '../../lowering/recompute-cheap.js';
import type { Device } from '../../runtime/devices/device-names.js';
import { changeOf, embeddingOf, type ModelDefinition } from './model.js';
import { gradientName } from './state.js';

export interface LossOptions {
  /** Difference between the cues of two crops of a photograph that the consistency loss allows; for prompts, of cosines. */
  readonly marginConsistency: number;
  /** Distance that the ranking losses ask for between the cues of any two levels; for prompts, of cosines. */
  readonly marginRank: number;
  /** Weight of ranking across photographs; default 0: left out. */
  readonly lossAcross?: number;
}

/** A graph that computes losses from crops, kept undifferentiated: any engine can take it from here. */
export interface LossGraph {
  readonly graph: Graph;
  readonly parameters: Parameters;
  /** The backbone's embedding of the crops; head and losses follow. */
  readonly embedding: Value;
  /** Its losses among the outputs; the first, `loss`, is the sum of the others. */
  readonly names: readonly string[];
}

/** Losses that every graph has; the first is the sum of the others. */
export const lossNames = ['loss', 'consistency', 'positive', 'negative'] as const;
export type LossName = (typeof lossNames)[number] | 'across';

/** The losses that a graph has. */
function lossNamesOf({ lossAcross = 0 }: Pick<LossOptions, 'lossAcross'>): readonly LossName[] {
  return lossAcross > 0 ? [...lossNames, 'across'] : lossNames;
}

/**
 * Inputs: `crops` uint8 [photographs x (levels + 1) x 2, side, side, 3] and the model's parameters and buffers by name.
 * Outputs: `loss` (the sum of the others), `consistency`, `positive`, `negative`, where it has a weight `across` (weighted), and `next.<buffer>`.
 */
export function buildLossGraph(model: ModelDefinition, layout: BatchLayout, crop: number, options: LossOptions): LossGraph {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs', model.backbone.isFrozen, changeOf(model));
  const crops = graph.input('crops', 'uint8', [cropCount(layout), crop, crop, 3]);
  const embedding = embeddingOf(graph, parameters, crops, model, model.backbone.trainNormalization);
  const { falling, rising } = model.head.cues(graph, model.head.measure(graph, parameters, embedding));
  const { marginConsistency, marginRank, lossAcross = 0 } = options;
  const consistency = consistencyLoss(graph, graph.add('Concat', [falling, rising], { axis: 1 }), layout, marginConsistency);
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
  return { graph, parameters, embedding, names: lossNamesOf(options) };
}

/** Parts of the forward pass that the backward pass computes again instead of keeping: see `recomputeCheap` and `recomputeForward`. */
export type Recomputed = 'nothing' | 'cheap' | 'segments';

/**
 * What a machine computes again. What is cheap takes the processor less time than its memory is worth; on devices launches count.
 * @param recompute true for most of the forward pass
 */
export function recomputedOn(device: Device | 'auto', recompute = false): Recomputed {
  if (recompute) return 'segments';
  return device === 'cpu' ? 'cheap' : 'nothing';
}

/**
 * Adds the backward pass to a copy of a loss graph, in mathematical operators: it has to be lowered for the machine that computes it. Further
 * outputs: `next.gradient.<parameter>`.
 */
export function buildGradientsGraph(losses: LossGraph, recomputed: Recomputed = 'nothing'): Graph {
  const { graph } = withGradients(losses, losses.graph.outputs.get('loss')!);
  if (recomputed === 'nothing') return graph;
  const forward = new Set(graph.nodes.slice(0, losses.graph.nodes.length));
  if (recomputed === 'cheap') return recomputeCheap(graph, forward);
  const bytesOf = (candidate: Graph): number => peakMemory(lowerGradients(candidate, 'cpu'));
  return recomputeForward(graph, forward, graph.inputs.get('crops')!, bytesOf);
}

/** The input of a graph of scaled gradients. */
export const lossScaleName = 'loss_scale';

/**
 * The same with gradients of the loss times the input `loss_scale`, which keeps small ones in the range of half precision; the losses are
 * not scaled. Head and losses with their gradient, up to the embedding, are to stay in float32.
 */
export function buildScaledGradientsGraph(losses: LossGraph): PrecisionSource {
  const scaled = losses.graph.copy();
  const loss = scaled.add('Mul', [scaled.outputs.get('loss')!, scaled.input(lossScaleName, 'float32', [])]);
  const { graph, embeddingGradient } = withGradients({ ...losses, graph: scaled }, loss);
  const backbone = new Set(neededParts(graph, [losses.embedding]).nodes);
  const lossValues = losses.names.map((name) => graph.outputs.get(name)!);
  const kept = neededParts(graph, [...lossValues, embeddingGradient]).nodes.filter((node) => !backbone.has(node));
  return { graph, known: new Map(), kept: new Set(kept) };
}

function withGradients({ graph: lossGraph, parameters, embedding }: LossGraph, loss: Value): { graph: Graph; embeddingGradient: Value } {
  const graph = lossGraph.copy();
  const trained = trainedSpecs(parameters);
  const values = trained.map(({ name }) => parameters.declared.get(name)!);
  const gradients = differentiate(graph, loss, [...values, embedding]);
  for (const [index, { name }] of trained.entries()) graph.output(`${nextPrefix}${gradientName(name)}`, gradients[index]!);
  return { graph, embeddingGradient: gradients.at(-1)! };
}

/** The parameters that gradients train. */
export function trainedSpecs(parameters: Parameters): ParameterSpec[] {
  return [...parameters.specs.values()].filter(({ role }) => role === 'parameter');
}
