/** Cues of how steep edges are, wherever there are any, and of the noise beside them. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { channels, chromaWeights, clipped, deviation, filter, halved, largest, logarithm, lumaWeights, mean } from './sharpness-cues.js';

/**
 * How steep edges are: the energy in windows of the Laplacian of neighbors above that of pixels two apart, each window weighed by the latter, so that
 * what is smooth by nature counts little; and of the steepest windows.
 * @param luma 0..255
 */
export function slopeCues(graph: Graph, luma: Value): Value[] {
  const laplacian = (step: number): number[] =>
    Array.from({ length: 25 }, (_, place) => {
      const distance = Math.abs((place % 5) - 2) + Math.abs(Math.floor(place / 5) - 2);
      const isOnAxis = place % 5 === 2 || Math.floor(place / 5) === 2;
      return distance === 0 ? -4 : isOnAxis && distance === step ? 1 : 0;
    });
  return [luma, halved(graph, luma)].flatMap((image) => {
    const edges = filter(graph, image, [laplacian(1), laplacian(2)], 5);
    const energies = graph.add('AveragePool', [graph.add('Mul', [edges, edges])], { kernel_shape: [8, 8], strides: [8, 8] });
    const [fine, coarse] = [channels(graph, energies, 0, 1), channels(graph, energies, 1, 2)];
    const ratio = graph.add('Sub', [logarithm(graph, fine, 4), logarithm(graph, coarse, 4)]);
    const weight = graph.add('Sqrt', [graph.add('Add', [coarse, 1])]);
    const weighed = graph.add('Div', [mean(graph, graph.add('Mul', [ratio, weight])), mean(graph, weight)]);
    const pooled = graph.add('AveragePool', [ratio], { kernel_shape: [2, 2], strides: [2, 2] });
    return [weighed, mean(graph, ratio), largest(graph, pooled)];
  });
}

/** Immerkaer's difference of Laplacians (1996), which edges hardly move: on average, in the quietest windows, and where it is extreme. */
export function noiseCues(graph: Graph, bytes: Value): Value[] {
  const difference = [1, -2, 1, -2, 4, -2, 1, -2, 1].map((value) => value / 6);
  return [lumaWeights, ...chromaWeights].flatMap((weights) => {
    const noise = graph.add('Abs', [filter(graph, filter(graph, bytes, [weights], 1), [difference], 3)]);
    const windows = logarithm(graph, graph.add('AveragePool', [noise], { kernel_shape: [8, 8], strides: [8, 8] }), 0.1);
    const quiet = graph.add('Neg', [graph.add('MaxPool', [graph.add('Neg', [windows])], { kernel_shape: [4, 4], strides: [4, 4] })]);
    const extreme = mean(graph, clipped(graph, graph.add('Mul', [graph.add('Sub', [noise, 50]), 0.05])));
    return [
      logarithm(graph, mean(graph, noise), 0.1),
      mean(graph, windows),
      deviation(graph, windows, 1e-4),
      mean(graph, quiet),
      logarithm(graph, extreme, 1e-4),
    ];
  });
}
