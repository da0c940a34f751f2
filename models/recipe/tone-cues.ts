/** Cues of tones: their distribution, gaps that a tone curve leaves in 8 bits, tones that are missing at the ends. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { clipped, largest, logarithm, mean } from './sharpness-cues.js';

/** Luma above which shares of pixels are counted. */
const tones = [0.04, 0.12, 0.25, 0.4, 0.6, 0.75, 0.88, 0.96] as const;
/** Every third pixel in both directions is counted: enough, and little memory. */
const stride = 3;
/** Values at both ends whose shares are looked at. */
const ends = [1, 8, 16, 24, 40] as const;
/** Shares of pixels at whose quantiles is looked. */
const quantiles = [0.005, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 0.995] as const;
/** Makes a step of a line: values are whole numbers, but for rounding. */
const steepness = 100;

/** The distribution of the luma, and its ends. @param luma 0..255 */
export function toneCues(graph: Graph, luma: Value): Value[] {
  const shares = tones.map((tone) => mean(graph, clipped(graph, graph.add('Mul', [graph.add('Sub', [luma, 255 * tone - 16]), 1 / 32]))));
  const pooled = graph.add('AveragePool', [luma], { kernel_shape: [2, 2], strides: [2, 2] });
  return [
    ...shares,
    graph.add('Mul', [largest(graph, pooled), 1 / 255]),
    graph.add('Mul', [largest(graph, graph.add('Neg', [pooled])), 1 / 255]),
  ];
}

/** @param channel [N, 1, H, W], whole numbers from 0 to 255 @returns each [N, 1] or more */
export function histogramCues(graph: Graph, channel: Value): Value[] {
  const histogram = histogramOf(graph, channel);
  const row = graph.add('Reshape', [histogram, graph.integers(0, 1, 1, 256)]);
  const bend = graph.numbers('float32', [1, -2, 1], [1, 1, 1, 3]);
  const bends = graph.add('Abs', [graph.add('Conv', [row, bend], { kernel_shape: [1, 3] })]);
  const parts = { kernel_shape: [1, 63], strides: [1, 63] };
  const [gaps, masses] = [graph.add('AveragePool', [bends], parts), graph.add('AveragePool', [row], parts)];
  const roughness = graph.add('Sub', [logarithm(graph, gaps, 1e-5), logarithm(graph, masses, 1e-4)]);
  const share = (from: number, to: number): number[] => Array.from({ length: 256 }, (_, value) => (value >= from && value < to ? 1 : 0));
  const ranges = ends.flatMap((width) => [share(0, width), share(256 - width, 256)]);
  const matrix = Array.from({ length: 256 }, (_, value) => ranges.map((range) => range[value]!)).flat();
  const flat = graph.add('Reshape', [histogram, graph.integers(0, 256)]);
  const shares = graph.add('MatMul', [flat, graph.numbers('float32', matrix, [256, ranges.length])]);
  const used = graph.add('ReduceMean', [clipped(graph, graph.add('Mul', [flat, 3000])), graph.integers(1)]);
  const all = logarithm(graph, graph.add('ReduceMean', [graph.add('Reshape', [bends, graph.integers(0, 254)]), graph.integers(1)]), 1e-5);
  return [graph.add('Reshape', [roughness, graph.integers(0, 4)]), all, logarithm(graph, shares, 1e-4), used, ...quantileCues(graph, flat)];
}

/** Quantiles of the values, 0..1, each [N, 1]: every fourth value below which fewer pixels lie counts. @param histogram [N, 256] */
function quantileCues(graph: Graph, histogram: Value): Value[] {
  const counted = Array.from({ length: 64 }, (_, index) => 4 * index + 2);
  const matrix = Array.from({ length: 256 }, (_, value) => counted.map((limit) => (value < limit ? 1 : 0))).flat();
  const below = graph.add('MatMul', [histogram, graph.numbers('float32', matrix, [256, counted.length])]);
  return quantiles.map((share) => {
    const missing = graph.add('Mul', [graph.add('Sub', [share, below]), 1 / (0.2 * Math.min(share, 1 - share))]);
    return graph.add('ReduceMean', [clipped(graph, missing), graph.integers(1)]);
  });
}

/**
 * Shares of the values 0..255, [N, 16, 16]: a product of the pixels' sixteens with their ones, each as a row with a single 1, as counting needs no
 * operator of its own.
 */
function histogramOf(graph: Graph, channel: Value): Value {
  const sampled = graph.add('Conv', [channel, graph.numbers('float32', 1, [1, 1, 1, 1])], {
    kernel_shape: [1, 1],
    strides: [stride, stride],
  });
  const values = graph.add('Reshape', [sampled, graph.integers(0, -1, 1)]);
  const sixteens = graph.numbers(
    'float32',
    Array.from({ length: 17 }, (_, index) => 16 * index - 0.5),
  );
  const ones = graph.numbers(
    'float32',
    Array.from({ length: 17 }, (_, index) => index - 0.5),
  );
  const above = reached(graph, values, sixteens);
  const whole = graph.add('ReduceSum', [part(graph, above, 1, 17), graph.integers(2)]);
  const rest = graph.add('Sub', [values, graph.add('Mul', [whole, 16])]);
  const [high, low] = [above, reached(graph, rest, ones)].map((steps) =>
    graph.add('Sub', [part(graph, steps, 0, 16), part(graph, steps, 1, 17)]),
  ) as [Value, Value];
  const counts = graph.add('MatMul', [graph.add('Transpose', [high], { perm: [0, 2, 1] }), low]);
  return graph.add('Div', [counts, graph.add('ReduceSum', [counts, graph.integers(1, 2)])]);
}

/** 1 where a value is above a limit, else 0. @param values [N, P, 1] @param limits [L] @returns [N, P, L] */
function reached(graph: Graph, values: Value, limits: Value): Value {
  return clipped(graph, graph.add('Mul', [graph.add('Sub', [values, limits]), steepness]));
}

/** Along the last of three axes. */
function part(graph: Graph, value: Value, from: number, to: number): Value {
  return graph.add('Slice', [value, graph.integers(from), graph.integers(to), graph.integers(2)]);
}
