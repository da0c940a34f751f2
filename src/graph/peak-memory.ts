/** Memory that a graph needs to run, from the sizes of its values: known before anything is loaded. */
import { elementArrays, elementCount } from '../tensors/tensor-data.js';
import type { Graph } from './graph.js';
import { neededParts } from './needed-parts.js';
import { fixedShape, type Value } from './value.js';

/**
 * The most bytes that the values of a graph's nodes take at one time, when nodes run in order and a value is given up after its last use,
 * an output at the end. Inputs and constants are not counted: they belong to the caller. A runtime may use somewhat more (work space of
 * kernels, gaps in its arena) or less (operators that write over their input).
 * @throws Error when a size is not fixed.
 */
export function peakMemory(graph: Graph): number {
  const outputs = new Set(graph.outputs.values());
  const { nodes } = neededParts(graph);
  const lastUse = new Map<Value, number>();
  for (const [index, { inputs }] of nodes.entries()) {
    for (const input of inputs) if (input) lastUse.set(storageOf(input), index);
  }
  for (const output of outputs) lastUse.set(storageOf(output), nodes.length);
  let [now, peak] = [0, 0];
  const held = new Map<Value, number>();
  for (const [index, node] of nodes.entries()) {
    for (const value of node.outputs) {
      if (storageOf(value) !== value) continue;
      const bytes = bytesOf(value);
      held.set(value, bytes);
      now += bytes;
    }
    peak = Math.max(peak, now);
    for (const value of [...node.inputs, ...node.outputs]) {
      if (!value) continue;
      const storage = storageOf(value);
      if ((lastUse.get(storage) ?? index) > index || !held.has(storage)) continue;
      now -= held.get(storage)!;
      held.delete(storage);
    }
  }
  return peak;
}

/**
 * Bytes of the largest tensor that a graph is given or computes: a device may limit its buffers to less than its memory.
 * @throws Error when a size is not fixed.
 */
export function largestTensor(graph: Graph): number {
  const values = [...graph.inputs.values(), ...neededParts(graph).nodes.flatMap(({ outputs }) => outputs)];
  return values.reduce((largest, value) => Math.max(largest, bytesOf(value)), 0);
}

/** Bytes of a value. @throws Error when a size is not fixed. */
export function bytesOf({ shape, dataType }: Value): number {
  return elementCount(fixedShape(shape, 'the memory of a graph')) * elementArrays[dataType].BYTES_PER_ELEMENT;
}

/** The value whose memory a value shares. */
function storageOf(value: Value): Value {
  const { producer } = value;
  return producer?.rule.isView && producer.inputs[0] ? storageOf(producer.inputs[0]) : value;
}
