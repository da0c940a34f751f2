/** Rewrites a finished graph for half precision: half the size, and what GPUs compute fastest. */
import type { Graph } from '../../graph/graph.js';
import { type HalfPrecision, halfPrecisionOf, type Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { type HalfNumbers, halves, roundedSingles } from './half-numbers.js';
import { fitsHalf, HalfRewriting } from './half-rewriting.js';
import { computedNodes, copyComputed, type PrecisionSource } from './precision-source.js';

/** Computed in half precision behind what is; see `HalfPrecision`. */
const followers: ReadonlySet<HalfPrecision> = new Set(['keep', 'round', 'normalize']);

/** The graph with products and what lies between them in half precision, but those that are kept; inputs and outputs keep their types. */
export function inHalfPrecision(source: PrecisionSource): Graph {
  return rewritten(source, halves);
}

/** A graph of float32 that gives what `inHalfPrecision` gives where kernels of half precision exist, as on GPUs: see `roundedSingles`. */
export function roundedToHalfPrecision(source: PrecisionSource): Graph {
  return rewritten(source, roundedSingles);
}

function rewritten(source: PrecisionSource, numbers: HalfNumbers): Graph {
  return copyComputed(source, new HalfRewriting(source, numbers, halfNodes(source)));
}

function halfNodes(source: PrecisionSource): Set<Node> {
  const nodes = new Set<Node>();
  const halfValues = new Set<Value>();
  for (const node of computedNodes(source)) {
    const { operator, inputs, outputs } = node;
    const floats = inputs.filter((input) => input?.dataType === 'float32') as Value[];
    // squares leave the range from 256 on
    const isSquare = operator === 'Mul' && inputs[0] === inputs[1];
    const half = halfPrecisionOf(node);
    const follows = followers.has(half) && !isSquare && floats.some((value) => halfValues.has(value));
    if (source.kept.has(node) || !(half === 'accumulate' || follows) || !floats.every((value) => fitsHalf(source, value))) continue;
    nodes.add(node);
    for (const output of outputs.slice(0, half === 'normalize' ? 1 : undefined)) halfValues.add(output);
  }
  return nodes;
}
