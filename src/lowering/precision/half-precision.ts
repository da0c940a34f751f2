/** Rewrites a finished graph for half precision: half the size, and what GPUs compute fastest. */
import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { type HalfNumbers, halves, roundedSingles } from './half-numbers.js';
import { elementary, products } from './half-operators.js';
import { fitsHalf, HalfRewriting } from './half-rewriting.js';
import { computedNodes, type PrecisionSource, rewrite } from './rewritten-graph.js';

/**
 * Computed in half precision behind what is. LayerNormalization is defined to compute its statistics in single precision (`stash_type`). All
 * others stay in single precision: sums over many elements, squares and exponentials leave the range of half precision (65504) or lose what they
 * add up, and the quotients and roots that follow need the digits.
 */
const followers: ReadonlySet<string> = new Set(['LayerNormalization', ...elementary]);

/** The graph with products and what lies between them in half precision, but those that are kept; inputs and outputs keep their types. */
export function inHalfPrecision(source: PrecisionSource): Graph {
  return rewritten(source, halves);
}

/** A graph of float32 that gives what `inHalfPrecision` gives where kernels of half precision exist, as on GPUs: see `roundedSingles`. */
export function roundedToHalfPrecision(source: PrecisionSource): Graph {
  return rewritten(source, roundedSingles);
}

function rewritten(source: PrecisionSource, numbers: HalfNumbers): Graph {
  return rewrite(source, new HalfRewriting(source, numbers, halfNodes(source)));
}

function halfNodes(source: PrecisionSource): Set<Node> {
  const nodes = new Set<Node>();
  const halfValues = new Set<Value>();
  for (const node of computedNodes(source)) {
    const { operator, inputs, outputs } = node;
    const floats = inputs.filter((input) => input?.dataType === 'float32') as Value[];
    // squares leave the range from 256 on
    const isSquare = operator === 'Mul' && inputs[0] === inputs[1];
    const follows = followers.has(operator) && !isSquare && floats.some((value) => halfValues.has(value));
    if (source.kept.has(node) || !(products.has(operator) || follows) || !floats.every((value) => fitsHalf(source, value))) continue;
    nodes.add(node);
    for (const output of outputs.slice(0, operator === 'LayerNormalization' ? 1 : undefined)) halfValues.add(output);
  }
  return nodes;
}
