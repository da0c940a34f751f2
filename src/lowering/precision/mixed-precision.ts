/**
 * Rewrites the graph of a training step for mixed precision (Micikevicius et al. 2018, arXiv 1710.03740): products and what lies between
 * them in half precision, over weights, gradients and an optimizer in float32.
 *
 * | in half precision                                  | why                                                                        |
 * | -------------------------------------------------- | -------------------------------------------------------------------------- |
 * | convolutions, matrix products, forward and back    | nearly all of the time; each weight is cast once a step                    |
 * | element by element between them, moved numbers     | half the traffic; as exact as the products on either side                  |
 *
 * | in float32                                         | why                                                                        |
 * | -------------------------------------------------- | -------------------------------------------------------------------------- |
 * | weights, moments, their update                     | updates are far below the 2^-11 of a weight that half precision resolves   |
 * | normalization of layers and batches, and back      | means and variances of many numbers; differences of nearly equal ones      |
 * | sums, means, norms, roots, quotients               | leave the range of half precision (65504), or lose what they add up        |
 * | exponentials, softmax, and back                    | the same; their sums are divided by                                        |
 * | the sum of a residual stream with normalized parts | what meets float32 becomes float32, as in PyTorch's autocast               |
 * | head, losses, their gradient                       | margins are as small as .0025                                              |
 * | gradients of weights from the product on           | they are summed up, scaled down and measured                               |
 * | products that add up more than `longestSum`        | kernels of WebGPU add up in half precision                                 |
 */
import type { Graph } from '../../graph/graph.js';
import { halfPrecisionOf, type Node } from '../../graph/operator.js';
import { usersOf } from '../../graph/users-of.js';
import type { Value } from '../../graph/value.js';
import type { HalfNumbers } from './half-numbers.js';
import { fitsHalf, HalfRewriting } from './half-rewriting.js';
import { computedNodes, copyComputed, type PrecisionSource } from './precision-source.js';

/**
 * The number of values that ONNX Runtime's WebGPU kernels, which add up in half precision, can add up. Measured for products of random
 * matrices: relative errors of .0023 for 256 products, .009 for 4096 and .04 for 65,536, or .6 where these are mostly positive and the sum grows until single ones are lost. The
 * longest that CLIP's forward pass needs are the 4608 of its ResNets' last convolutions; gradients of weights add up over all positions of a batch.
 */
export const longestHalfSum = 4608;

export interface MixedPrecisionOptions {
  readonly numbers: HalfNumbers;
  /** The most products that are added up in half precision; Infinity where kernels add up in float32. */
  readonly longestSum: number;
}

/** @param source its `kept` nodes: head and losses, and their gradient */
export function inMixedPrecision(source: PrecisionSource, { numbers, longestSum }: MixedPrecisionOptions): Graph {
  const given = valuesOfWeights(source);
  const inHalf = halfNodes(source, given, longestSum);
  const moved = computedNodes(source).filter((node) => halfPrecisionOf(node) === 'keep' && node.outputs.every((value) => given.has(value)));
  return copyComputed(source, new HalfRewriting(source, numbers, inHalf, new Set(moved)));
}

/** Weights and what is computed of them alone, such as those that a normalization is folded into: float32, cast where they are used. */
function valuesOfWeights(source: PrecisionSource): Set<Value> {
  const given = new Set<Value>();
  const isGiven = (value: Value | null): boolean => value === null || given.has(value) || source.graph.constantOf(value) !== undefined;
  for (const value of source.graph.inputs.values()) if (value.dataType === 'float32') given.add(value);
  for (const { inputs, outputs } of computedNodes(source)) if (inputs.every(isGiven)) for (const output of outputs) given.add(output);
  return given;
}

function halfNodes(source: PrecisionSource, given: ReadonlySet<Value>, longestSum: number): Set<Node> {
  const nodes = computedNodes(source);
  const isWeight = (value: Value): boolean => given.has(value) || source.graph.constantOf(value) !== undefined;
  const inHalf = new Set<Node>();
  const halfValues = new Set<Value>();
  for (const node of nodes) {
    const floats = node.inputs.filter((input) => input?.dataType === 'float32') as Value[];
    const narrowable = floats.filter((value) => !halfValues.has(value));
    // squares leave the range from 256 on
    const isSquare = node.operator === 'Mul' && node.inputs[0] === node.inputs[1];
    const half = halfPrecisionOf(node);
    const between = (half === 'keep' || half === 'round') && !isSquare && narrowable.length < floats.length && narrowable.every(isWeight);
    const isProduct = half === 'accumulate' && !floats.every(isWeight) && node.rule.sums!.length(node) <= longestSum;
    if (source.kept.has(node) || !(isProduct || between) || !floats.every((value) => fitsHalf(source, value))) continue;
    inHalf.add(node);
    for (const output of node.outputs) halfValues.add(output);
  }
  return withoutRoundedEnds(nodes, inHalf);
}

/** Element-wise results that only float32 nodes use are better computed in float32: a cast is needed anyway. */
function withoutRoundedEnds(nodes: readonly Node[], inHalf: Set<Node>): Set<Node> {
  const users = usersOf(nodes);
  for (const node of [...nodes].reverse()) {
    const isArithmetic = inHalf.has(node) && halfPrecisionOf(node) === 'round';
    if (isArithmetic && !node.outputs.some((output) => users.get(output)?.some((user) => inHalf.has(user)))) inHalf.delete(node);
  }
  return inHalf;
}
