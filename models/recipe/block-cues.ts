/** Cues of rectangles: blocks of codecs, pixels that are repeated, and patches that were put into an image. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { clipped, largest, logarithm, mean } from './sharpness-cues.js';

/** Side of the blocks of JPEG, pixels. */
const block = 8;
/** Length of the straight steps that are looked for, pixels: beyond the blocks of JPEG, below patches. */
const run = 14;

/** @param luma [N, 1, H, W], 0..255 @returns each [N, 1] */
export function rectangleCues(graph: Graph, luma: Value): Value[] {
  return ([true, false] as const).flatMap((isAcross) => [...blockCues(graph, luma, isAcross), ...runCues(graph, luma, isAcross)]);
}

/** How much larger differences of neighbors are at one of eight phases than on average, and how many neighbors are equal. */
function blockCues(graph: Graph, luma: Value, isAcross: boolean): Value[] {
  const difference = graph.add('Abs', [line(graph, luma, [-1, 1], isAcross)]);
  const second = graph.add('Abs', [line(graph, luma, [-1, 3, -3, 1], isAcross)]);
  const equal = mean(graph, clipped(graph, graph.add('Sub', [1, difference])));
  return [...[difference, second].flatMap((value) => phaseCues(graph, value, isAcross)), logarithm(graph, equal, 0.01)];
}

/** Straight steps along rows or columns: the smallest third difference of a run of pixels, which borders of objects hardly keep up. */
function runCues(graph: Graph, luma: Value, isAcross: boolean): Value[] {
  const steps = graph.add('Abs', [line(graph, luma, [-1, 3, -3, 1], isAcross)]);
  const kernel_shape = isAcross ? [run, 1] : [1, run];
  const runs = graph.add('Neg', [graph.add('MaxPool', [graph.add('Neg', [steps])], { kernel_shape, strides: [1, 1] })]);
  return [logarithm(graph, mean(graph, runs), 0.02), logarithm(graph, largest(graph, runs), 1)];
}

/** Logarithms of the largest and the smallest of the means at eight phases, above that of their mean. */
function phaseCues(graph: Graph, value: Value, isAcross: boolean): Value[] {
  const phases = Array.from({ length: block }, (_, phase) => Array.from({ length: block }, (_, place) => (place === phase ? 1 : 0)));
  const shape = isAcross ? [1, block] : [block, 1];
  const kernel = graph.numbers('float32', phases.flat(), [block, 1, ...shape]);
  const means = mean(graph, graph.add('Conv', [value, kernel], { kernel_shape: shape, strides: shape }));
  const overall = logarithm(graph, graph.add('ReduceMean', [means, graph.integers(1)]), 0.05);
  const extreme = (signed: Value): Value => graph.add('ReduceMax', [signed, graph.integers(1)]);
  const most = logarithm(graph, extreme(means), 0.05);
  const least = logarithm(graph, graph.add('Neg', [extreme(graph.add('Neg', [means]))]), 0.05);
  return [graph.add('Sub', [most, overall]), graph.add('Sub', [least, overall])];
}

/** A convolution without padding along rows or columns. */
export function line(graph: Graph, image: Value, kernel: readonly number[], isAcross: boolean): Value {
  const shape = isAcross ? [1, kernel.length] : [kernel.length, 1];
  return graph.add('Conv', [image, graph.numbers('float32', kernel, [1, 1, ...shape])], { kernel_shape: shape });
}
