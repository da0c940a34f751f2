/** The size of a graph's largest tensor: a device may limit its buffers to less than its memory. */
import type { Graph } from './graph.js';
import { liveParts } from './live-parts.js';
import { bytesOf } from './peak-memory.js';

/** Bytes of the largest that a graph is given or computes. @throws Error when a size is not fixed. */
export function largestTensor(graph: Graph): number {
  const values = [...graph.inputs.values(), ...liveParts(graph).nodes.flatMap(({ outputs }) => outputs)];
  return values.reduce((largest, value) => Math.max(largest, bytesOf(value)), 0);
}
