/** The weight gradient of a 3x3 convolution with a quarter of the multiplications: see `winograd.ts`. */
import type { Value } from '../../graph/value.js';
import type { WeightGradient } from './image.js';
import { filterMatrix, isFiltering, kernel, positions, tilesOf, transformed, transforms } from './winograd.js';

/** @param share of the arithmetic of a product with all windows, below which it pays */
export function winogradPays({ x, gradient, geometry }: WeightGradient, share: number): boolean {
  if (!isFiltering(geometry)) return false;
  const [, channels, height, width] = x.shape;
  const [, filters, rows, columns] = gradient.shape;
  const [down, across] = tilesOf([rows, columns]).map((tiles) => positions * tiles) as [number, number];
  const transforming = (count: number, h: number, w: number): number => count * (across * h * w + down * across * h);
  const products = down * across * channels * filters;
  return (
    products + transforming(channels, height, width) + transforming(filters, rows, columns) <
    share * 9 * rows * columns * channels * filters
  );
}

/** @returns [M, C, 3, 3] */
export function winogradWeightGradient({ graph, x, gradient, geometry: { pads } }: WeightGradient): Value {
  const [, channels] = x.shape;
  const [, filters, rows, columns] = gradient.shape;
  const tiles = tilesOf([rows, columns]);
  const windows = transformed(graph, x, transforms.inputs, tiles, [pads[0]!, pads[1]!]);
  const gradients = transformed(graph, gradient, transforms.outputs, tiles, [0, 0]);
  const sums = graph.add('MatMul', [graph.add('Transpose', [gradients], { perm: [0, 2, 1] }), windows]);
  const weights = graph.numbers(sums.dataType, filterMatrix(), [1, positions ** 2, kernel ** 2]);
  const summed = graph.add('MatMul', [graph.add('Transpose', [sums], { perm: [1, 2, 0] }), weights]);
  return graph.add('Reshape', [summed, graph.integers(filters, channels, kernel, kernel)]);
}
