/** The weight gradient of a convolution whose channels divide into groups. */
import type { Value } from '../../graph/value.js';
import type { WeightGradient } from './image.js';

/**
 * One product for each image and group. The windows stand first in the product: what has to be transposed is the gradient, which for depthwise
 * filters is only reshaped.
 */
export function weightGradientByGroup({ graph, x, gradient, geometry }: WeightGradient): Value {
  const { kernel, group } = geometry;
  const [kh, kw] = kernel as [number, number];
  const [batch, filters, rows, columns] = gradient.shape;
  const [own, seen, positions] = [filters / group, x.shape[1] / group, rows * columns];
  const byGroup = x
    .windows(geometry, [rows, columns])
    .map((window) => graph.add('Reshape', [window.plain(), graph.integers(batch, group, seen, positions)]));
  const windows = byGroup.length === 1 ? byGroup[0]! : graph.add('Concat', byGroup, { axis: 2 });
  const gradients =
    own === 1
      ? graph.add('Reshape', [gradient.plain(), graph.integers(batch, group, positions, 1)])
      : graph.add('Transpose', [graph.add('Reshape', [gradient.plain(), graph.integers(batch, group, own, positions)])], {
          perm: [0, 1, 3, 2],
        });
  const summed = graph.add('ReduceSum', [graph.add('MatMul', [windows, gradients]), graph.integers(0)], { keepdims: 0 });
  const byWindow = graph.add('Reshape', [summed, graph.integers(group, kh, kw, seen, own)]);
  const ordered = graph.add('Transpose', [byWindow], { perm: [0, 4, 3, 1, 2] });
  return graph.add('Reshape', [ordered, graph.integers(filters, seen, kh, kw)]);
}
