/** The weight gradient of a convolution whose windows do not overlap: a vision transformer's patches. */
import type { Value } from '../../graph/value.js';
import type { WeightGradient } from './image.js';

/** One product with the pixels, permuted; those that no window reaches are cut off. */
export function weightGradientOverPatches({ graph, x, gradient, geometry }: WeightGradient): Value {
  const [kh, kw] = geometry.kernel as [number, number];
  const [batch, filters, rows, columns] = gradient.shape;
  const [, channels, height, width] = x.shape;
  const covered = [rows * kh, columns * kw] as const;
  const pixels =
    height === covered[0] && width === covered[1]
      ? x.plain()
      : graph.add('Slice', [x.plain(), graph.integers(0, 0), graph.integers(...covered), graph.integers(2, 3)]);
  const grid = graph.add('Reshape', [pixels, graph.integers(batch, channels, rows, kh, columns, kw)]);
  const patches = graph.add('Reshape', [
    graph.add('Transpose', [grid], { perm: [0, 2, 4, 1, 3, 5] }),
    graph.integers(batch * rows * columns, channels * kh * kw),
  ]);
  const gradients = graph.add('Reshape', [graph.add('Transpose', [gradient.plain()], { perm: [1, 0, 2, 3] }), graph.integers(filters, -1)]);
  return graph.add('Reshape', [graph.add('MatMul', [gradients, patches]), graph.integers(filters, channels, kh, kw)]);
}
