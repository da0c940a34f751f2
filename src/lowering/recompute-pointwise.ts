/** Activation functions, computed again in the backward pass from their argument, which it needs anyway, instead of being kept for it. */
import type { Graph } from '../graph/graph.js';
import { neededParts } from '../graph/needed-parts.js';
import type { Node } from '../graph/operator.js';
import { bytesOf } from '../graph/peak-memory.js';
import { sameShape, type Value } from '../graph/value.js';
import { elementCount, isFloat } from '../tensors/tensor-data.js';
import { copyGraph, PlainCopy } from './copy-graph.js';
import { anew } from './recompute.js';

/** Smaller values are kept: they cost less than the nodes that compute them again. */
const leastBytes = 2 ** 14;

/**
 * A graph with the same outputs in which the backward pass computes again what a few element-wise nodes make of values that it keeps: of GELU by
 * tanh, x (1 + tanh(x f(x))), it keeps x alone instead of x, f, tanh, the sum and the result.
 * @param forward of the graph's nodes, those of the forward pass
 * @throws Error when a size is not fixed.
 */
export function recomputePointwise(graph: Graph, forward: ReadonlySet<Node>): Graph {
  return copyGraph(graph, new PointwiseAgain(forward, pointwiseOfKept(graph, forward)));
}

/** Values of the forward pass that are functions, element by element, of values which the backward pass uses. */
function pointwiseOfKept(graph: Graph, forward: ReadonlySet<Node>): Set<Value> {
  const { nodes } = neededParts(graph);
  const kept = new Set<Value>();
  for (const node of nodes) if (!forward.has(node)) for (const input of node.inputs) if (input) kept.add(input);
  const again = new Set<Value>();
  for (const node of nodes) {
    const [value] = node.outputs;
    if (forward.has(node) && node.rule.elementwise !== undefined && isFloat(value!.dataType) && bytesOf(value!) >= leastBytes) {
      const isOfKept = node.inputs.every(
        (input) => !input || isNumber(graph, input) || (sameShape(input.shape, value!.shape) && (kept.has(input) || again.has(input))),
      );
      if (isOfKept) again.add(value!);
    }
  }
  return again;
}

function isNumber(graph: Graph, value: Value): boolean {
  const constant = graph.constantOf(value);
  return constant !== undefined && elementCount(constant.shape) === 1;
}

class PointwiseAgain extends PlainCopy {
  /** Values that the backward pass uses in place of the copies. */
  private readonly computed = new Map<Value, Value>();

  constructor(
    private readonly forward: ReadonlySet<Node>,
    private readonly again: ReadonlySet<Value>,
  ) {
    super();
  }

  override node(node: Node): void {
    if (this.forward.has(node)) super.node(node);
    else
      this.setOutputs(
        node,
        this.addAgain(node, (input) => this.valueOf(input)),
      );
  }

  /** @param use the value that stands for one that is kept */
  private addAgain(node: Node, use: (input: Value) => Value): readonly Value[] {
    return this.target.addLike(
      node,
      node.inputs.map((input) => input && (this.again.has(input) ? this.valueAgain(input) : use(input))),
    );
  }

  private valueAgain(value: Value): Value {
    const known = this.computed.get(value);
    if (known) return known;
    const [result] = this.addAgain(value.producer!, (input) =>
      input.producer ? anew(this.target, this.valueOf(input)) : this.valueOf(input),
    );
    this.computed.set(value, result!);
    return result!;
  }
}
