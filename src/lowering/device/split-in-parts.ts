/** Split into any number of parts, for devices whose kernels write only a few tensors. */
import type { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';

/** Outputs of Split: with its input, the 8 buffers of a shader that every WebGPU device has. */
export const mostParts = 7;

/**
 * The parts of a value along its first axis, of the stated sizes, by as few nodes as can be: each but the last of those that are split
 * again is split in as many as a kernel writes.
 */
export function splitInParts(graph: Graph, value: Value, sizes: readonly number[]): readonly Value[] {
  if (sizes.length === 1) return [value];
  if (sizes.length <= mostParts) return graph.addAll('Split', [value, graph.integers(...sizes)], { axis: 0 });
  let length = mostParts;
  while (length * mostParts < sizes.length) length *= mostParts;
  const runs = Array.from({ length: Math.ceil(sizes.length / length) }, (_, index) => sizes.slice(index * length, (index + 1) * length));
  const outer = splitInParts(
    graph,
    value,
    runs.map((run) => run.reduce((total, size) => total + size, 0)),
  );
  return runs.flatMap((run, index) => splitInParts(graph, outer[index]!, run));
}
