/** The size of a graph's largest tensor: a device may limit its buffers to less than its memory. */
import { elementArrays, elementCount } from '../runtime/tensor-data.js';
import type { Graph } from './graph.js';
import { liveParts } from './live-parts.js';
import { fixedShape } from './value.js';

/** Bytes of the largest that a graph is given or computes. @throws Error when a size is not fixed. */
export function largestTensor(graph: Graph): number {
  const values = [...graph.inputs.values(), ...liveParts(graph).nodes.flatMap(({ outputs }) => outputs)];
  return values.reduce((largest, { shape, dataType }) => {
    const bytes = elementCount(fixedShape(shape, 'the largest tensor of a graph')) * elementArrays[dataType].BYTES_PER_ELEMENT;
    return Math.max(largest, bytes);
  }, 0);
}
