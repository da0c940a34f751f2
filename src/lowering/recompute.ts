/** Gradient checkpointing: memory for time, as a rewriting of a finished gradients graph. */

import type { Graph } from '../graph/graph.js';
import { neededParts } from '../graph/needed-parts.js';
import type { Node } from '../graph/operator.js';
import { bytesOf } from '../graph/peak-memory.js';
import { fixedShape, type Value } from '../graph/value.js';
import { isFloat } from '../tensors/tensor-data.js';
import { copyGraph, PlainCopy } from './copy-graph.js';

/**
 * A graph with the same outputs in which the backward pass computes what it needs of the forward pass once more, segment by segment,
 * instead of keeping all of it (Chen et al. 2016, arXiv 1604.06174). Segments meet in single values, such as the results of
 * residual blocks: only these are kept. How many there are is what needs the least memory, in order of the nodes.
 * @param forward of the graph's nodes, those of the forward pass
 * @param input that batches come in by: what does not depend on it is kept
 * @param memoryOf the memory that such a graph needs to run
 */
export function recomputeForward(graph: Graph, forward: ReadonlySet<Node>, input: Value, memoryOf: (graph: Graph) => number): Graph {
  const nodes = neededParts(graph).nodes;
  const first = nodes.filter((node) => forward.has(node));
  const activations = dependents(first, input);
  const cuts = singleValues(first, activations, input);
  let best = { graph, bytes: memoryOf(graph) };
  for (let count = 2; count <= cuts.length; count = Math.ceil(count * 1.3)) {
    const segments = evenSegments(first, activations, cuts, count);
    const rewritten = copyGraph(graph, new Recomputation(forward, segments));
    const bytes = memoryOf(rewritten);
    if (bytes < best.bytes) best = { graph: rewritten, bytes };
  }
  return best.graph;
}

/** Values that change with the batch. */
function dependents(nodes: readonly Node[], input: Value): Set<Value> {
  const found = new Set([input]);
  for (const { inputs, outputs } of nodes)
    if (inputs.some((value) => value && found.has(value))) for (const value of outputs) found.add(value);
  return found;
}

/** Values through which all goes that later nodes make of the batch, in their order, the batch itself first. */
function singleValues(nodes: readonly Node[], activations: ReadonlySet<Value>, input: Value): Value[] {
  const lastUse = new Map<Value, number>();
  for (const [index, { inputs }] of nodes.entries()) for (const value of inputs) if (value) lastUse.set(value, index);
  const live = new Set([input]);
  const cuts = [input];
  for (const [index, node] of nodes.entries()) {
    for (const value of node.outputs) if (activations.has(value) && lastUse.has(value)) live.add(value);
    for (const value of node.inputs) if (value && lastUse.get(value) === index) live.delete(value);
    const [only] = live;
    if (live.size === 1 && only !== cuts.at(-1) && isFloat(only!.dataType)) cuts.push(only!);
  }
  return cuts;
}

/** For every value computed again, the value from which its segment begins; segments hold about as many bytes each. */
function evenSegments(nodes: readonly Node[], activations: ReadonlySet<Value>, cuts: readonly Value[], count: number): Map<Value, Value> {
  const sizes = nodes.map(({ outputs }) => outputs.reduce((sum, value) => sum + (activations.has(value) ? bytesOf(value) : 0), 0));
  const share = sizes.reduce((sum, size) => sum + size, 0) / count;
  const isCut = new Set(cuts);
  const starts = new Map<Value, Value>();
  let [start, size] = [cuts[0]!, 0];
  let inSegment: Value[] = [];
  for (const [index, { outputs }] of nodes.entries()) {
    size += sizes[index]!;
    const end = outputs.find((value) => isCut.has(value));
    if (end && size >= share) {
      for (const value of inSegment) starts.set(value, start);
      [start, size, inSegment] = [end, 0, []];
    } else inSegment.push(...outputs.filter((value) => activations.has(value)));
  }
  // what follows the last cut is needed at once, and kept
  return starts;
}

class Recomputation extends PlainCopy {
  /** Values that the backward pass uses in place of the copies. */
  private readonly again = new Map<Value, Value>();

  constructor(
    private readonly forward: ReadonlySet<Node>,
    private readonly starts: ReadonlyMap<Value, Value>,
  ) {
    super();
  }

  override node(node: Node): void {
    this.add(node, this.copies, (value) => (this.forward.has(node) ? this.valueOf(value) : this.valueAgain(value)));
  }

  private add(node: Node, results: Map<Value, Value>, use: (value: Value) => Value): void {
    const inputs = node.inputs.map((value) => value && use(value));
    for (const [index, value] of this.target.addLike(node, inputs).entries()) results.set(node.outputs[index]!, value);
  }

  private valueAgain(value: Value): Value {
    const start = this.starts.get(value);
    if (!start) return this.valueOf(value);
    if (!this.again.has(value)) {
      const origin = this.again.get(start) ?? anew(this.target, this.valueOf(start));
      this.again.set(start, origin);
      this.add(value.producer!, this.again, (own) => (own === start ? origin : this.valueAgain(own)));
    }
    return this.again.get(value)!;
  }
}

/** The same as another value, without a copy: ONNX Runtime computes once what is computed twice of one, and sees through Identity. */
export function anew(graph: Graph, value: Value): Value {
  return graph.add('Reshape', [value, graph.integers(...fixedShape(value.shape, 'computing once more'))]);
}
