/**
 * Resizing of a row of samples as a product with a matrix, for the ways that ONNX's Resize cannot say, or that its kernels compute wrong
 * (cubic with smoothing). Sizes may be known only when the graph runs.
 */
import type { Graph } from './graph.js';
import type { AxisPositions } from './grid-positions.js';
import type { Value } from './value.js';

export interface Interpolation {
  /** `linear`, or the coefficient a of the cubic kernel (Keys 1981, Cubic Convolution Interpolation for Digital Image Processing). */
  readonly kernel: 'linear' | number;
  /** True where shrinking widens the kernel, and edges are left out instead of repeated, as PyTorch does with `antialias`. */
  readonly smooths?: boolean;
  /** Added to the new size in the ratio of sizes, as DINO did against rounding; default: 0. */
  readonly offset?: number | Value;
}

/** Samples beyond either edge that a kernel of four reaches. */
const beyond = 2;

/**
 * Position (i + 1/2) from / (to + offset) - 1/2 for each new sample i, between its neighbors: half-pixel centers.
 * @param to the new row
 * @returns weights of `from` samples in each new one, float32 [to, from]; rows sum to 1
 */
export function interpolationMatrix(graph: Graph, from: number, to: AxisPositions, { kernel, smooths, offset = 0 }: Interpolation): Value {
  const ratio = graph.add('Div', [graph.numbers('float32', from), graph.add('Add', [to.size, offset])]);
  const centers = graph.add('Mul', [graph.add('Add', [to.indices, 0.5]), ratio]);
  const positions = graph.add('Reshape', [graph.add('Sub', [centers, 0.5]), graph.integers(-1, 1)]);
  const margin = smooths ? 0 : beyond;
  const samples = Array.from({ length: from + 2 * margin }, (_, index) => index - margin);
  const apart = graph.add('Abs', [graph.add('Sub', [positions, graph.numbers('float32', samples, [1, samples.length])])]);
  if (!smooths) return graph.add('MatMul', [kernelOf(graph, apart, kernel), repeatedEdges(graph, from)]);
  // max(1, ratio)
  const stretch = graph.add('Add', [graph.add('Relu', [graph.add('Sub', [ratio, 1])]), 1]);
  const weights = kernelOf(graph, graph.add('Div', [apart, stretch]), kernel);
  return graph.add('Div', [weights, graph.add('ReduceSum', [weights, graph.integers(1)])]);
}

/**
 * Without comparisons, with u = max(0, 2 - x) and v = max(0, 1 - x): the linear kernel is v, the cubic one a u^2 (1 - u) + v^2 (4 a + 3 - 2 v).
 * @param x distances
 */
function kernelOf(graph: Graph, x: Value, kernel: Interpolation['kernel']): Value {
  const below = (limit: number): Value => graph.add('Relu', [graph.add('Sub', [graph.numbers('float32', limit), x])]);
  const v = below(1);
  if (kernel === 'linear') return v;
  const u = below(2);
  const outer = graph.add('Mul', [
    graph.add('Mul', [graph.add('Mul', [u, u]), kernel]),
    graph.add('Sub', [graph.numbers('float32', 1), u]),
  ]);
  const factor = graph.add('Sub', [graph.numbers('float32', 4 * kernel + 3), graph.add('Mul', [v, 2])]);
  return graph.add('Add', [outer, graph.add('Mul', [graph.add('Mul', [v, v]), factor])]);
}

/** Samples beyond the edges are those at the edges, [from + 2 beyond, from]. */
function repeatedEdges(graph: Graph, from: number): Value {
  const rows = from + 2 * beyond;
  const weights = new Float32Array(rows * from);
  for (let row = 0; row < rows; row++) weights[row * from + Math.min(Math.max(row - beyond, 0), from - 1)] = 1;
  return graph.numbers('float32', Array.from(weights), [rows, from]);
}
