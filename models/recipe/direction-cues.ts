/** Cues of what has a direction: edges that motion took away, and channels that lie beside each other. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { filter, halved, logarithm, mean } from './sharpness-cues.js';

/** @param bytes [N, 3, H, W], 0..255 @param luma [N, 1, H, W] @returns each [N, 1] or more */
export function directionCues(graph: Graph, bytes: Value, luma: Value): Value[] {
  const half = halved(graph, luma);
  const quarter = halved(graph, halved(graph, bytes));
  return [
    ...edgeCues(graph, half),
    ...edgeCues(graph, halved(graph, half)),
    // up to 8 and 16 pixels
    ...displacementCues(graph, quarter),
    ...displacementCues(graph, halved(graph, quarter)),
  ];
}

/** Differences of pixels along eight directions, above their mean; the largest and the smallest of them. */
function edgeCues(graph: Graph, luma: Value): Value[] {
  const steps = [
    [0, 2],
    [1, 2],
    [2, 2],
    [2, 1],
    [2, 0],
    [2, -1],
    [2, -2],
    [1, -2],
  ] as const;
  const kernels = steps.map(([y, x]) => {
    const kernel = Array.from({ length: 25 }, () => 0);
    kernel[(2 + y) * 5 + 2 + x] = 1 / Math.hypot(x, y);
    kernel[12] = -1 / Math.hypot(x, y);
    return kernel;
  });
  const means = logarithm(graph, mean(graph, graph.add('Abs', [filter(graph, luma, kernels, 5)])), 0.05);
  const axis = graph.integers(1);
  const relative = graph.add('Sub', [means, graph.add('ReduceMean', [means, axis])]);
  const largest = graph.add('ReduceMax', [relative, axis]);
  const smallest = graph.add('ReduceMax', [graph.add('Neg', [relative]), axis]);
  return [relative, largest, smallest];
}

/** By how much edges of green are nearer to those of red, and of blue, where green is moved: 0 where they lie upon each other. */
function displacementCues(graph: Graph, bytes: Value): Value[] {
  const laplacian = [0, 1, 0, 1, -4, 1, 0, 1, 0];
  const zeros = laplacian.map(() => 0);
  const moves = Array.from({ length: 25 }, (_, place) => place);
  return ([0, 2] as const).flatMap((other) => {
    const pair = [1, other].map((channel) => [0, 1, 2].flatMap((own) => (own === channel ? laplacian : zeros)));
    const edges = filter(graph, bytes, pair, 3);
    const kernels = moves.map((place) => [...moves.map((at) => (at === place ? 1 : 0)), ...moves.map((at) => (at === 12 ? -1 : 0))]);
    const distances = logarithm(graph, mean(graph, graph.add('Abs', [filter(graph, edges, kernels, 5)])), 0.1);
    const axis = graph.integers(1);
    const own = graph.add('Slice', [distances, graph.integers(12), graph.integers(13), axis]);
    const nearest = graph.add('Neg', [graph.add('ReduceMax', [graph.add('Neg', [distances]), axis])]);
    return [graph.add('Sub', [own, nearest]), graph.add('Sub', [graph.add('ReduceMean', [distances, axis]), own])];
  });
}
