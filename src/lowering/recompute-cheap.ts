/** Values that cost memory rather than time, computed again in the backward pass from others that it needs anyway, instead of being kept for it. */
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
 * Probabilities of attention that are larger than this many times the queries and keys of which they are made are computed again: with heads of
 * 64 channels, those of more than 768 tokens. The product that it takes is a sixth of what attention computes in a step.
 */
const leastGrowth = 6;

/**
 * A graph with the same outputs in which the backward pass computes again
 * - what a few element-wise nodes make of values that it keeps: of GELU by tanh, x (1 + tanh(x f(x))), it keeps x alone instead of x, f, tanh,
 *   the sum and the result;
 * - the probabilities of attention between many tokens, of queries and keys (Dao et al. 2022, arXiv 2205.14135, section 3.1).
 * @param forward of the graph's nodes, those of the forward pass
 * @throws Error when a size is not fixed.
 */
export function recomputeCheap(graph: Graph, forward: ReadonlySet<Node>): Graph {
  const { nodes } = neededParts(graph);
  const kept = new Set<Value>();
  for (const node of nodes) if (!forward.has(node)) for (const input of node.inputs) if (input) kept.add(input);
  const again = new Set<Value>();
  for (const node of nodes) {
    const [value] = node.outputs;
    if (!forward.has(node) || !isFloat(value!.dataType) || bytesOf(value!) < leastBytes) continue;
    if (isPointwise(graph, node, (input) => kept.has(input) || again.has(input))) again.add(value!);
    else if (node.operator === 'Softmax' && kept.has(value!)) for (const part of probabilitiesOf(graph, node, kept)) again.add(part);
  }
  return copyGraph(graph, new CheapAgain(forward, again));
}

/** True for functions, element by element, of values that are there, and of numbers. */
function isPointwise(graph: Graph, { rule, inputs, outputs }: Node, isThere: (value: Value) => boolean): boolean {
  return (
    rule.elementwise !== undefined &&
    inputs.every((input) => !input || isNumber(graph, input) || (sameShape(input.shape, outputs[0]!.shape) && isThere(input)))
  );
}

function isNumber(graph: Graph, value: Value): boolean {
  const constant = graph.constantOf(value);
  return constant !== undefined && elementCount(constant.shape) === 1;
}

/** What is computed on the way from one product of values that are kept to a softmax; nothing where it is made otherwise, or hardly larger. */
function probabilitiesOf(graph: Graph, softmax: Node, kept: ReadonlySet<Value>): readonly Value[] {
  const made: Value[] = [];
  let bytes = 0;
  const visit = (value: Value): boolean => {
    const { producer } = value;
    // a mask, or a number
    if (producer === undefined) return graph.constantOf(value) !== undefined;
    made.push(value);
    if (producer.rule.elementwise !== undefined || producer === softmax) return producer.inputs.every((input) => !input || visit(input));
    const isProduct = producer.operator === 'MatMul' && bytes === 0 && producer.inputs.every((input) => kept.has(input!));
    if (!isProduct) return false;
    for (const input of producer.inputs) {
      bytes += bytesOf(input!);
      // products take matrices as they lie
      if (input!.producer?.operator === 'Transpose') made.push(input!);
    }
    return true;
  };
  return visit(softmax.outputs[0]!) && bytes > 0 && bytesOf(softmax.outputs[0]!) > leastGrowth * bytes ? made : [];
}

class CheapAgain extends PlainCopy {
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
