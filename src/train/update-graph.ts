/** The second of the two training graphs: accumulated gradients, state, learning rate -> new state. */
import type { ParameterSpec } from '../backbones/parameters.js';
import { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { AdamWUpdate } from '../runtime/adamw.js';
import { type NamedTensors, nextPrefix } from '../runtime/session-messages.js';
import { floatTensor, type TensorData } from '../runtime/tensor-data.js';
import { averageName, firstMomentName, gradientName, secondMomentName } from './state.js';

export interface OptimizerOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Largest global norm of the gradient. */
  readonly clipNorm: number;
}

/**
 * Clipping by global norm and AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 2):
 *   g = scale * sum,  g' = g min(1, clip / (|g| + 1e-6))
 *   m' = b1 m + (1 - b1) g',  v' = b2 v + (1 - b2) g'^2
 *   p' = p - lr (m' / (1 - b1^t) / (sqrt(v' / (1 - b2^t)) + epsilon) + decay p)
 *
 * Inputs: `gradient_scale` (one over the number of gradients that were summed up), `learning_rate`, `bias_correction1` = 1 - b1^t,
 * `bias_correction2` = 1 - b2^t, and the state. Outputs: `gradient_norm` (before clipping) and `next.<state>`. Every new tensor is computed element by element from the old ones of the same name, so all
 * may be written in place.
 * @param averaged parameters and buffers of which exponential moving averages are kept (Polyak and Juditsky 1992): a' = a + share (p' - a).
 * Then `average_share` is a further input, and `average.<name>` part of the state.
 */
export function buildUpdateGraph(
  specs: readonly ParameterSpec[],
  options: OptimizerOptions,
  averaged: readonly ParameterSpec[] = [],
): Graph {
  const { beta1, beta2, epsilon, weightDecay, clipNorm } = options;
  const graph = new Graph();
  const scale = graph.input('gradient_scale', 'float32', []);
  const learningRate = graph.input('learning_rate', 'float32', []);
  const firstCorrection = graph.input('bias_correction1', 'float32', []);
  const secondCorrection = graph.input('bias_correction2', 'float32', []);
  const gradients = specs.map(({ name, shape }) => graph.input(gradientName(name), 'float32', shape));
  const norm = graph.add('Mul', [globalNorm(graph, gradients), scale]);
  graph.output('gradient_norm', norm);
  const one = graph.numbers('float32', 1);
  const clipping = graph.add('Min', [one, graph.add('Div', [graph.numbers('float32', clipNorm), graph.add('Add', [norm, 1e-6])])]);
  const coefficient = graph.add('Mul', [clipping, scale]);
  const firstShare = graph.add('Mul', [coefficient, 1 - beta1]);
  const secondShare = graph.add('Mul', [graph.add('Mul', [coefficient, coefficient]), 1 - beta2]);
  // lr / (1 - b1^t) m' / (sqrt(v' / (1 - b2^t)) + epsilon), with both corrections moved to scalars
  const rootCorrection = graph.add('Sqrt', [secondCorrection]);
  const rate = graph.add('Div', [graph.add('Mul', [learningRate, rootCorrection]), firstCorrection]);
  const offset = graph.add('Mul', [rootCorrection, epsilon]);
  const kept = graph.add('Sub', [one, graph.add('Mul', [learningRate, weightDecay])]);
  const updated = new Map<string, Value>();
  specs.forEach(({ name, shape, weightDecay: decays }, index) => {
    const gradient = gradients[index]!;
    const parameter = graph.input(name, 'float32', shape);
    const m = graph.input(firstMomentName(name), 'float32', shape);
    const v = graph.input(secondMomentName(name), 'float32', shape);
    const first = graph.add('Add', [graph.add('Mul', [m, beta1]), graph.add('Mul', [gradient, firstShare])]);
    const second = graph.add('Add', [
      graph.add('Mul', [v, beta2]),
      graph.add('Mul', [graph.add('Mul', [gradient, gradient]), secondShare]),
    ]);
    const step = graph.add('Div', [graph.add('Mul', [first, rate]), graph.add('Add', [graph.add('Sqrt', [second]), offset])]);
    const decayed = decays && weightDecay > 0 ? graph.add('Mul', [parameter, kept]) : parameter;
    updated.set(name, graph.add('Sub', [decayed, step]));
    graph.output(`${nextPrefix}${name}`, updated.get(name)!);
    graph.output(`${nextPrefix}${firstMomentName(name)}`, first);
    graph.output(`${nextPrefix}${secondMomentName(name)}`, second);
  });
  if (averaged.length > 0) {
    const share = graph.input('average_share', 'float32', []);
    for (const { name, shape } of averaged) {
      const average = graph.input(averageName(name), 'float32', shape);
      const value = updated.get(name) ?? graph.input(name, 'float32', shape);
      const change = graph.add('Mul', [graph.add('Sub', [value, average]), share]);
      graph.output(`${nextPrefix}${averageName(name)}`, graph.add('Add', [average, change]));
    }
  }
  return graph;
}

/** What the graph is fed besides the state. */
export function updateFeeds({ step, learningRate, gradientScale, beta1, beta2, averageShare }: UpdateNumbers): NamedTensors {
  const scalar = (value: number): TensorData => floatTensor([], [value]);
  return {
    gradient_scale: scalar(gradientScale),
    learning_rate: scalar(learningRate),
    bias_correction1: scalar(1 - beta1 ** step),
    bias_correction2: scalar(1 - beta2 ** step),
    average_share: scalar(averageShare),
  };
}

type UpdateNumbers = Pick<AdamWUpdate, 'step' | 'learningRate' | 'gradientScale' | 'beta1' | 'beta2' | 'averageShare'>;

function globalNorm(graph: Graph, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) =>
    graph.add('Unsqueeze', [graph.add('ReduceSumSquare', [gradient], { keepdims: 0 }), graph.integers(0)]),
  );
  return graph.add('Sqrt', [graph.add('ReduceSum', [graph.add('Concat', squares, { axis: 0 })], { keepdims: 0 })]);
}
