/** Outputs that may be written where an input lies, and outputs that a kernel writes. */

import type { Graph } from '../../graph/graph.js';
import { neededParts } from '../../graph/needed-parts.js';
import type { Node } from '../../graph/operator.js';
import { nextPrefix } from '../../graph/state-names.js';
import type { Value } from '../../graph/value.js';
import { withOutputs } from '../rewrite-nodes.js';

/**
 * Outputs `next.<input>` of which a device may write the values over those of the input: whatever reads the input is computed before, since the
 * output depends on it, and by another kernel, since a kernel of WebGPU must not read and write the same buffer.
 */
export function outputsInPlace(graph: Graph): string[] {
  const { nodes } = neededParts(graph);
  const readers = new Map<Value, Node[]>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!input) continue;
      const origin = originOf(input);
      readers.set(origin, [...(readers.get(origin) ?? []), node]);
    }
  }
  return [...graph.outputs].flatMap(([name, value]) => {
    const input = name.startsWith(nextPrefix) ? graph.inputs.get(name.slice(nextPrefix.length)) : undefined;
    const writer = value.producer;
    if (!input || !writer || writer.rule.isView) return [];
    const before = new Set(neededParts(graph, [value]).nodes);
    const isSafe = (readers.get(input) ?? []).every((reader) => reader.rule.isView || (reader !== writer && before.has(reader)));
    return isSafe ? [name] : [];
  });
}

/** The value whose memory a value is. */
function originOf(value: Value): Value {
  const { producer } = value;
  return producer?.rule.isView ? originOf(producer.inputs[0]!) : value;
}

/**
 * An equal graph whose outputs `next.<name>` have the shape in which a kernel writes them: where the last node only changes the shape, ONNX Runtime
 * copies, which takes time, and which WebGPU does not replay. State is memory, and has its own shape.
 */
export function writtenByKernels(source: Graph): Graph {
  return withOutputs(source, (target, copyOf) => {
    for (const [name, value] of source.outputs) {
      const origin = originOf(value);
      target.output(name, copyOf(name.startsWith(nextPrefix) && origin.producer ? origin : value));
    }
  });
}
