/** Cues of colors: saturation, channels that are clipped, and edges of color. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { line } from './block-cues.js';
import { chromaWeights, deviation, filter, logarithm, lumaWeights, mean } from './sharpness-cues.js';

/** Saturation, channels that are clipped, and how far the edges of the channels are from each other. */
export function colorCues(graph: Graph, bytes: Value, half: Value): Value[] {
  const largestChannel = graph.add('ReduceMax', [half, graph.integers(1)]);
  const smallestChannel = graph.add('Neg', [graph.add('ReduceMax', [graph.add('Neg', [half]), graph.integers(1)])]);
  const saturation = graph.add('Sub', [largestChannel, smallestChannel]);
  const share = (distance: Value, steepness: number): Value => mean(graph, graph.add('Sigmoid', [graph.add('Mul', [distance, steepness])]));
  const edges = (weights: readonly number[]): Value =>
    logarithm(graph, mean(graph, graph.add('Abs', [line(graph, filter(graph, bytes, [weights], 1), [-1, 1], true)])), 0.1);
  const green = edges([0, 1, 0]);
  return [
    mean(graph, saturation),
    deviation(graph, saturation, 1e-6),
    logarithm(graph, mean(graph, saturation), 0.01),
    share(graph.add('Sub', [saturation, 0.6]), 20),
    share(graph.add('Sub', [0.01, smallestChannel]), 300),
    share(graph.add('Sub', [largestChannel, 0.99]), 300),
    graph.add('Sub', [edges([-0.5, 1, -0.5]), green]),
    graph.add('Sub', [edges([1, 0, -1]), green]),
  ];
}

/** Edges of color above those of luma. @param image 0..1 */
export function chromaEdgeCues(graph: Graph, image: Value): Value[] {
  const bytes = graph.add('Mul', [image, 255]);
  const edges = (weights: readonly number[]): Value =>
    logarithm(graph, mean(graph, graph.add('Abs', [line(graph, filter(graph, bytes, [weights], 1), [-1, 1], true)])), 0.1);
  const luma = edges(lumaWeights);
  return chromaWeights.map((weights) => graph.add('Sub', [edges(weights), luma]));
}
