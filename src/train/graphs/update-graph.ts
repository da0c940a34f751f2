/**
 * The second of the two training graphs: accumulated gradients, state, learning rate -> new state. AdamW is written twice: here as a graph, for
 * devices and for TensorFlow.js, which keep the state where they compute; and in runtime/state/adamw.ts for the processor, where SIMD kernels
 * in place beat a graph of hundreds of small nodes.
 */
import type { ParameterSpec } from '../../backbones/parameters.js';
import { Graph } from '../../graph/graph.js';
import { nextPrefix } from '../../graph/state-names.js';
import type { Value } from '../../graph/value.js';
import type { AdamWUpdate } from '../../runtime/state/adamw.js';
import type { NamedTensors } from '../../tensors/tensor-data.js';
import { floatTensor, type TensorData } from '../../tensors/tensor-data.js';
import { averageName, firstMomentName, isOfHead, secondMomentName } from './state.js';
import { type Grouping, separateTensors, type TensorGroup, updateGroups } from './tensor-groups.js';

export interface OptimizerOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Largest global norm of the gradient. */
  readonly clipNorm: number;
  /** Factor of the learning rate of the head's parameters; default: 1. */
  readonly headRate?: number;
}

/**
 * Clipping by global norm and AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 2):
 *   g = scale * sum,  g' = g min(1, clip / (|g| + 1e-6))
 *   m' = b1 m + (1 - b1) g',  v' = b2 v + (1 - b2) g'^2
 *   p' = p - lr (m' / (1 - b1^t) / (sqrt(v' / (1 - b2^t)) + epsilon) + decay p)
 *
 * Inputs: `gradient_scale` (one over the number of gradients that were summed up), `learning_rate`, `bias_correction1` = 1 - b1^t,
 * `bias_correction2` = 1 - b2^t, and the state, in which gradients are those of the groups. Outputs: `next.<state>` and `gradient_norm` (before
 * clipping); the latter is an input where it is given.
 * @param averaged parameters and buffers of which exponential moving averages are kept (Polyak and Juditsky 1992): a' = a + share (p' - a).
 * Then `average_share` is a further input, and `average.<name>` part of the state.
 */
export function buildUpdateGraph(
  specs: readonly ParameterSpec[],
  options: OptimizerOptions,
  averaged: readonly ParameterSpec[] = [],
  { grouping = separateTensors, normIsGiven = false }: UpdateGraphOptions = {},
): Graph {
  const graph = new Graph();
  const scale = graph.input(scaleName, 'float32', []);
  const inputs = (group: TensorGroup, nameOf: (name: string) => string): Value =>
    group.join(
      graph,
      group.specs.map(({ name, shape }) => graph.inputs.get(nameOf(name)) ?? graph.input(nameOf(name), 'float32', shape)),
    );
  const outputs = (group: TensorGroup, nameOf: (name: string) => string, value: Value): void => {
    const parts = group.split(graph, value);
    for (const [index, { name }] of group.specs.entries()) graph.output(`${nextPrefix}${nameOf(name)}`, parts[index]!);
  };
  const groups = updateGroups(specs, grouping);
  const gradients = gradientInputs(graph, groups);
  const norm = normIsGiven ? graph.input(normName, 'float32', []) : graph.add('Mul', [globalNorm(graph, gradients), scale]);
  if (!normIsGiven) graph.output(normName, norm);
  const factors = stepFactors(graph, options, norm, scale);
  const { headRate = 1 } = options;
  const headFactors = headRate === 1 ? factors : stepFactors(graph, options, norm, scale, headRate);
  for (const [index, group] of groups.entries()) {
    const [parameter, m, v] = [ownName, firstMomentName, secondMomentName].map((nameOf) => inputs(group, nameOf)) as [Value, Value, Value];
    const { name, weightDecay } = group.specs[0]!;
    const own = isOfHead(name) ? headFactors : factors;
    const next = adamw(graph, { parameter, m, v, gradient: gradients[index]! }, own, options, weightDecay);
    outputs(group, ownName, next.parameter);
    outputs(group, firstMomentName, next.m);
    outputs(group, secondMomentName, next.v);
  }
  if (averaged.length > 0) {
    const share = graph.input('average_share', 'float32', []);
    for (const group of grouping(averaged)) {
      const values = group.specs.map(({ name, shape }) => graph.outputs.get(`${nextPrefix}${name}`) ?? graph.input(name, 'float32', shape));
      const average = inputs(group, averageName);
      const change = graph.add('Mul', [graph.add('Sub', [group.join(graph, values), average]), share]);
      outputs(group, averageName, graph.add('Add', [average, change]));
    }
  }
  return graph;
}

/**
 * The inputs of `buildUpdateGraph` with a given norm.
 * @param grouping of the update
 */
export function buildNormGraph(specs: readonly ParameterSpec[], grouping: Grouping): Graph {
  const graph = new Graph();
  const scale = graph.input(scaleName, 'float32', []);
  const gradients = gradientInputs(graph, updateGroups(specs, grouping));
  graph.output(normName, graph.add('Mul', [globalNorm(graph, gradients), scale]));
  return graph;
}

export interface UpdateGraphOptions {
  /** The tensors that are computed in one; default: each by itself. */
  readonly grouping?: Grouping;
  /** True when the norm of the gradient is known before; default: it is computed. */
  readonly normIsGiven?: boolean;
}

export const scaleName = 'gradient_scale';
export const normName = 'gradient_norm';

const ownName = (name: string): string => name;

function gradientInputs(graph: Graph, groups: readonly TensorGroup[]): Value[] {
  return groups.map(({ gradient, shape }) => graph.input(gradient, 'float32', shape));
}

interface StepFactors {
  readonly firstShare: Value;
  readonly secondShare: Value;
  readonly rate: Value;
  readonly offset: Value;
  readonly kept: Value;
}

function stepFactors(
  graph: Graph,
  { beta1, beta2, epsilon, weightDecay, clipNorm }: OptimizerOptions,
  norm: Value,
  scale: Value,
  rate = 1,
): StepFactors {
  const number = (name: string): Value => graph.inputs.get(name) ?? graph.input(name, 'float32', []);
  const base = number('learning_rate');
  const learningRate = rate === 1 ? base : graph.add('Mul', [base, rate]);
  const firstCorrection = number('bias_correction1');
  const secondCorrection = number('bias_correction2');
  const one = graph.numbers('float32', 1);
  const clipping = graph.add('Min', [one, graph.add('Div', [graph.numbers('float32', clipNorm), graph.add('Add', [norm, 1e-6])])]);
  const coefficient = graph.add('Mul', [clipping, scale]);
  // lr / (1 - b1^t) m' / (sqrt(v' / (1 - b2^t)) + epsilon), with both corrections moved to scalars
  const rootCorrection = graph.add('Sqrt', [secondCorrection]);
  return {
    firstShare: graph.add('Mul', [coefficient, 1 - beta1]),
    secondShare: graph.add('Mul', [graph.add('Mul', [coefficient, coefficient]), 1 - beta2]),
    rate: graph.add('Div', [graph.add('Mul', [learningRate, rootCorrection]), firstCorrection]),
    offset: graph.add('Mul', [rootCorrection, epsilon]),
    kept: graph.add('Sub', [one, graph.add('Mul', [learningRate, weightDecay])]),
  };
}

interface UpdatedValues {
  readonly parameter: Value;
  readonly m: Value;
  readonly v: Value;
}

function adamw(
  graph: Graph,
  { parameter, m, v, gradient }: UpdatedValues & { readonly gradient: Value },
  { firstShare, secondShare, rate, offset, kept }: StepFactors,
  { beta1, beta2, weightDecay }: OptimizerOptions,
  decays: boolean,
): UpdatedValues {
  const first = graph.add('Add', [graph.add('Mul', [m, beta1]), graph.add('Mul', [gradient, firstShare])]);
  const second = graph.add('Add', [graph.add('Mul', [v, beta2]), graph.add('Mul', [graph.add('Mul', [gradient, gradient]), secondShare])]);
  const step = graph.add('Div', [graph.add('Mul', [first, rate]), graph.add('Add', [graph.add('Sqrt', [second]), offset])]);
  const decayed = decays && weightDecay > 0 ? graph.add('Mul', [parameter, kept]) : parameter;
  return { parameter: graph.add('Sub', [decayed, step]), m: first, v: second };
}

/** The inputs of the graph besides the state. */
export function updateFeeds({ step, learningRate, gradientScale, beta1, beta2, averageShare }: UpdateNumbers): NamedTensors {
  const scalar = (value: number): TensorData => floatTensor([], [value]);
  return {
    [scaleName]: scalar(gradientScale),
    learning_rate: scalar(learningRate),
    bias_correction1: scalar(1 - beta1 ** step),
    bias_correction2: scalar(1 - beta2 ** step),
    average_share: scalar(averageShare),
  };
}

type UpdateNumbers = Pick<AdamWUpdate, 'step' | 'learningRate' | 'gradientScale' | 'beta1' | 'beta2' | 'averageShare'>;

/** Sums rows first: devices sum up each on its own, but a whole tensor with a few threads. */
function globalNorm(graph: Graph, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => {
    const rows = gradient.shape.length > 1 ? gradient : graph.add('Unsqueeze', [gradient, graph.integers(0)]);
    const axes = rows.shape.slice(1).map((_, axis) => axis + 1);
    return graph.add('ReduceSumSquare', [rows, graph.integers(...axes)], { keepdims: 0 });
  });
  return graph.add('Sqrt', [graph.add('ReduceSum', [graph.add('Concat', squares, { axis: 0 })], { keepdims: 0 })]);
}
