/** The weight gradient of a 3x3 convolution with a quarter of the multiplications: see `winograd.ts`. */
import { convolutionGeometry } from '../../graph/convolution-geometry.js';
import type { GradientContext } from '../../graph/operator.js';
import { fixedShape, type Value } from '../../graph/value.js';
import { filterMatrix, kernel, positions, tilesOf, transformed, transforms } from './winograd.js';

/**
 * Whether it is possible and takes clearly less arithmetic than a product with all windows. The matrices that transform an axis are as
 * long as the axis, so that it pays where images are small or channels many.
 */
export function winogradPays(node: GradientContext): boolean {
  const { kernel: size, strides, dilations, group } = convolutionGeometry(node);
  if (size.join() !== '3,3' || [...strides, ...dilations, group].some((one) => one !== 1)) return false;
  const [, channels, height, width] = fixedShape(node.input(0).shape, 'the gradient of Conv') as [number, number, number, number];
  const [, filters, rows, columns] = fixedShape(node.gradient.shape, 'the gradient of Conv') as [number, number, number, number];
  const [down, across] = tilesOf([rows, columns]).map((tiles) => positions * tiles) as [number, number];
  const transforming = (count: number, h: number, w: number): number => count * (across * h * w + down * across * h);
  const products = down * across * channels * filters;
  return (
    products + transforming(channels, height, width) + transforming(filters, rows, columns) < 0.75 * 9 * rows * columns * channels * filters
  );
}

/** @returns [M, C, 3, 3] */
export function winogradWeightGradient(node: GradientContext): Value {
  const { graph, gradient } = node;
  const { pads } = convolutionGeometry(node);
  const x = node.input(0);
  const [channels] = fixedShape([x.shape[1]!], 'the gradient of Conv') as [number];
  const [, filters, rows, columns] = fixedShape(gradient.shape, 'the gradient of Conv') as [number, number, number, number];
  const tiles = tilesOf([rows, columns]);
  const windows = transformed(graph, x, transforms.inputs, tiles, [pads[0]!, pads[1]!]);
  const gradients = transformed(graph, gradient, transforms.outputs, tiles, [0, 0]);
  const sums = graph.add('MatMul', [graph.add('Transpose', [gradients], { perm: [0, 2, 1] }), windows]);
  const weights = graph.numbers(sums.dataType, filterMatrix(), [1, positions ** 2, kernel ** 2]);
  const summed = graph.add('MatMul', [graph.add('Transpose', [sums], { perm: [1, 2, 0] }), weights]);
  return graph.add('Reshape', [summed, graph.integers(filters, channels, kernel, kernel)]);
}
