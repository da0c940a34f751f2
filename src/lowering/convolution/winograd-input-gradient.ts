/**
 * The input gradient of a 3x3 convolution with a quarter of the multiplications, see `winograd.ts`. What is transformed for that, the weight gradient
 * needs too.
 */
import type { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';
import type { Formulations } from './formulations.js';
import type { Image, ImageShape } from './image.js';
import type { NamedInputGradient } from './named-gradients.js';
import { filterMatrix, isFiltering, kernel, positions, tilesOf, transformed, transformedBack, transforms } from './winograd.js';

/** @param least the share of a convolution's arithmetic below which minimal filtering pays, and the channels from which on */
export function winogradInputPays({ gradient, geometry, output }: NamedInputGradient, least: Formulations['winogradInputs']): boolean {
  const isFixed = [...gradient.shape, ...output.shape].every((size) => typeof size === 'number');
  if (least.share === 0 || !isFixed || !isFiltering(geometry)) return false;
  const [images, filters, rows, columns] = gradient.shape as unknown as ImageShape;
  const [, channels, height, width] = output.shape as unknown as ImageShape;
  if (Math.min(filters, channels) < least.channels) return false;
  const [down, across] = tilesOf([rows, columns]).map((tiles) => positions * tiles) as [number, number];
  const products = images * down * across * filters * channels;
  const transforming = images * channels * (across * height * width + down * across * height);
  const filtering = positions ** 2 * kernel ** 2 * filters * channels;
  return products + transforming + filtering < least.share * 9 * images * rows * columns * filters * channels;
}

/**
 * @param filters [M, C, 3, 3]
 * @returns [H, W, N, C]
 */
export function winogradInputGradient(graph: Graph, gradient: Image, filters: Value, { geometry, output }: NamedInputGradient): Value {
  const [, own, rows, columns] = gradient.shape;
  const shape = output.shape as unknown as ImageShape;
  const [, channels] = shape;
  const pads = [geometry.pads[0]!, geometry.pads[1]!] as const;
  const tiles = tilesOf([rows, columns]);
  const matrix = graph.numbers(filters.dataType, filterMatrix(), [positions ** 2, kernel ** 2]);
  const elements = graph.add('Reshape', [filters, graph.integers(own * channels, kernel ** 2)]);
  const turned = graph.add('MatMul', [matrix, graph.add('Transpose', [elements], { perm: [1, 0] })]);
  const weights = graph.add('Reshape', [turned, graph.integers(positions ** 2, own, channels)]);
  const products = graph.add('MatMul', [transformed(graph, gradient, transforms.outputs, tiles, [0, 0]), weights]);
  return transformedBack(graph, products, transforms.inputs, tiles, pads, shape);
}
