/**
 * A linear probe tells from features of an image what is wrong with it: one linear regression for each distortion; of each group of
 * distortions, the largest counts.
 */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { type LinearMap, linearMapOf } from './ridge-regression.js';

export interface DegradationProbe {
  /** Regressions from features to how strong each member of a group is, those of the first group first. */
  readonly map: LinearMap;
  /** Number of regressions of each group, one or more, in the order of `degradationGroups`. */
  readonly members: readonly number[];
}

/**
 * 1 - exp(-max(0, s)) of each group, where s is the largest of its regressions: 0 for a pristine image, towards 1 for the strongest distortions, and
 * never equal for two strengths, as numbers cut off at 1 would be.
 * @param features [N, D]
 * @returns [N, groups], 0..1
 */
export function degradationsOf(graph: Graph, features: Value, { map, members }: DegradationProbe): Value {
  const constant = (shape: readonly number[], values: Float64Array, name: string): Value =>
    graph.constant(floatTensor(shape, Float32Array.from(values)), name);
  const weights = constant([map.features, map.targets], map.weights, 'degradations.weight');
  const all = graph.add('Add', [graph.add('MatMul', [features, weights]), constant([map.targets], map.bias, 'degradations.bias')]);
  const axis = graph.integers(1);
  const largest = ranges(members).map(([from, to]) => {
    const own = graph.add('Slice', [all, graph.integers(from), graph.integers(to), axis]);
    return graph.add('ReduceMax', [own, axis]);
  });
  const strengths = graph.add('Relu', [graph.add('Concat', largest, { axis: 1 })]);
  return graph.add('Sub', [1, graph.add('Exp', [graph.add('Neg', [strengths])])]);
}

/** The same of one image, in double precision. @param features [D] */
export function degradationsOfRow(features: ArrayLike<number>, { map, members }: DegradationProbe): number[] {
  const all = linearMapOf(map, features);
  return ranges(members).map(([from, to]) => 1 - Math.exp(-Math.max(0, ...all.subarray(from, to))));
}

function ranges(members: readonly number[]): [from: number, to: number][] {
  let end = 0;
  return members.map((count) => {
    end += count;
    return [end - count, end];
  });
}
