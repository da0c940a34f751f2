/** Reshaping to sizes that may be known only when the graph runs, such as the number of patches of an image. */
import type { Graph } from './graph.js';
import type { Value } from './value.js';

/** A size: a number (-1 once: what remains), or that of an axis of a value. */
export type Size = number | readonly [value: Value, axis: number];

/** `x` in the shape of the sizes. Sizes that are known while building cost nothing when the graph runs. */
export function reshapeToSizes(graph: Graph, x: Value, sizes: readonly Size[]): Value {
  const known = sizes.map((size) => (typeof size === 'number' ? size : size[0].shape[size[1]]!));
  if (known.every((size) => typeof size === 'number')) return graph.add('Reshape', [x, graph.integers(...known)]);
  const parts = sizes.map((size) =>
    typeof size === 'number' ? graph.integers(size) : graph.add('Gather', [graph.add('Shape', [size[0]]), graph.integers(size[1])]),
  );
  return graph.add('Reshape', [x, graph.add('Concat', parts, { axis: 0 })]);
}
