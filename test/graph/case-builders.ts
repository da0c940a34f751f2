/** Cases of operators that several variants share: their inputs, drawn from ranges, and how the node is built. */
import type { Graph } from '#antonym/graph/graph.js';
import type { OperatorName } from '#antonym/graph/operators/table.js';
import type { RandomStream } from '#antonym/support/random.js';
import type { GradientCase } from './gradient-check.js';

export const positive = (random: RandomStream): number => 0.5 + random.uniform();
/** Away from the kink at 0. */
export const signed = (random: RandomStream): number => (random.uniform() < 0.5 ? -1 : 1) * (0.1 + random.uniform());

export function unary(operator: OperatorName, draw: (random: RandomStream) => number = signed): GradientCase {
  return { inputs: { x: { shape: [3, 4], draw } }, build: (graph, x) => graph.add(operator, [x!]) };
}

export function binary(operator: OperatorName, shapes: [number[], number[]], draw = positive): GradientCase {
  return {
    inputs: { a: { shape: shapes[0], draw }, b: { shape: shapes[1], draw } },
    build: (graph, a, b) => graph.add(operator, [a!, b!]),
  };
}

export function convolution(x: number[], w: number[], attributes: Record<string, number | number[]>, bias = true): GradientCase {
  return {
    dataType: 'float32',
    inputs: { x: { shape: x }, w: { shape: w }, ...(bias && { b: { shape: [w[0]!] } }) },
    build: (graph, input, weight, b) => graph.add('Conv', [input!, weight!, b ?? null], attributes),
  };
}

export function batchNormalization(trainingMode: number, momentum = 0.9): GradientCase {
  return {
    inputs: { x: { shape: [3, 2, 4, 5] }, scale: { shape: [2], draw: positive }, bias: { shape: [2] } },
    build: (graph, x, scale, bias) => {
      const [mean, variance] = [graph.numbers('float64', [0.1, -0.2]), graph.numbers('float64', [0.7, 1.9])];
      return graph.addAll('BatchNormalization', [x!, scale!, bias!, mean, variance], { training_mode: trainingMode, momentum })[0]!;
    },
  };
}

export function gemm(a: number[], b: number[], c: number[], attributes: Record<string, number>): GradientCase {
  return {
    inputs: { a: { shape: a }, b: { shape: b }, c: { shape: c } },
    build: (graph, ...inputs) => graph.add('Gemm', inputs, attributes),
  };
}

export function layerNormalization(x: number[], attributes: Record<string, number>): GradientCase {
  const size = [x.at(-1)!];
  return {
    dataType: 'float32',
    inputs: { x: { shape: x }, scale: { shape: size, draw: positive }, bias: { shape: size } },
    build: (graph, ...inputs) => graph.add('LayerNormalization', inputs, attributes),
  };
}

export const alternate = (graph: Graph, shape: number[]) => graph.add('Cast', [graph.numbers('float64', [1, 0, 1], shape)], { to: 9 });
