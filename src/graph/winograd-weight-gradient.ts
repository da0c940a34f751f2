/**
 * The weight gradient of a 3x3 convolution with a quarter of the multiplications (Winograd's minimal filtering; Lavin & Gray 2016,
 * arXiv 1509.09308), as products with constant matrices and one product for each of the 36 positions of a tile.
 */
import { convolutionGeometry } from './convolution-geometry.js';
import type { Graph } from './graph.js';
import type { GradientContext } from './operator.js';
import { fixedShape, type Value } from './value.js';

/**
 * F(4, 3): along an axis, 4 outputs from a tile of 6 inputs are y = outputs^T ((filter g) * (inputs x)), element by element. The
 * gradient with respect to the 3 elements g is its transpose: filter^T (sum over tiles of (outputs dy) * (inputs x)).
 */
const transforms = {
  inputs: [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ],
  outputs: [
    [1, 0, 0, 0],
    [1, 1, 1, 1],
    [1, -1, 1, -1],
    [1, 2, 4, 8],
    [1, -2, 4, -8],
    [0, 0, 0, 1],
  ],
  filter: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
} as const;
const [positions, step, kernel] = [6, 4, 3] as const;

/**
 * Whether it is possible and takes clearly less arithmetic than a product with all windows. The matrices that transform an axis are as
 * long as the axis, so that it pays where images are small or channels many.
 */
export function winogradPays(node: GradientContext): boolean {
  const { kernel: size, strides, dilations, group } = convolutionGeometry(node);
  if (size.join() !== '3,3' || [...strides, ...dilations, group].some((one) => one !== 1)) return false;
  const [, channels, height, width] = fixedShape(node.input(0).shape, 'the gradient of Conv') as [number, number, number, number];
  const [, filters, rows, columns] = fixedShape(node.gradient.shape, 'the gradient of Conv') as [number, number, number, number];
  const [down, across] = [positions * Math.ceil(rows / step), positions * Math.ceil(columns / step)];
  const transforming = (count: number, h: number, w: number): number => count * (down * h * w + down * across * w);
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
  const tiles = [Math.ceil(rows / step), Math.ceil(columns / step)] as const;
  const windows = transformed(graph, x, transforms.inputs, tiles, [pads[0]!, pads[1]!]);
  const gradients = transformed(graph, gradient, transforms.outputs, tiles, [0, 0]);
  const sums = graph.add('MatMul', [graph.add('Transpose', [gradients], { perm: [0, 2, 1] }), windows]);
  const back = Array.from({ length: positions ** 2 * kernel ** 2 }, (_, index) => {
    const [position, element] = [Math.floor(index / kernel ** 2), index % kernel ** 2];
    const along = transforms.filter[Math.floor(position / positions)]![Math.floor(element / kernel)]!;
    return along * transforms.filter[position % positions]![element % kernel]!;
  });
  const weights = graph.numbers(sums.dataType, back, [1, positions ** 2, kernel ** 2]);
  const summed = graph.add('MatMul', [graph.add('Transpose', [sums], { perm: [1, 2, 0] }), weights]);
  return graph.add('Reshape', [summed, graph.integers(filters, channels, kernel, kernel)]);
}

/**
 * Every tile of images [N, C, H, W], transformed along both axes: [36, tiles N, C]. Axes that are to be transformed stand in front, so
 * that everything behind them is one long row.
 */
function transformed(
  graph: Graph,
  images: Value,
  transform: readonly (readonly number[])[],
  tiles: readonly [number, number],
  pads: readonly [number, number],
): Value {
  const [count, channels, height, width] = fixedShape(images.shape, 'the gradient of Conv') as [number, number, number, number];
  const row = count * channels;
  const lines = graph.add('Reshape', [graph.add('Transpose', [images], { perm: [2, 3, 0, 1] }), graph.integers(height, width, row)]);
  // [W, 6 tiles, N C], then [6, 6 tiles, tiles N C]
  const down = transformedAxis(graph, lines, transform, tiles[0], pads[0]);
  const parts = graph.add('Reshape', [down, graph.integers(width, positions, tiles[0] * row)]);
  const across = transformedAxis(graph, parts, transform, tiles[1], pads[1]);
  return graph.add('Reshape', [across, graph.integers(positions ** 2, tiles[0] * tiles[1] * count, channels)]);
}

/** [length, others, row] -> [others, 6 tiles, row]; a tile that reaches beyond the axis finds zeros there. */
function transformedAxis(graph: Graph, value: Value, transform: readonly (readonly number[])[], tiles: number, pad: number): Value {
  const [length] = fixedShape(value.shape, 'the gradient of Conv') as [number];
  const matrix = Array.from({ length: positions * tiles * length }, (_, index) => {
    const [row, place] = [Math.floor(index / length), index % length];
    const [position, tile] = [Math.floor(row / tiles), row % tiles];
    return transform[position]![place + pad - tile * step] ?? 0;
  });
  const constant = graph.numbers(value.dataType, matrix, [1, positions * tiles, length]);
  return graph.add('MatMul', [constant, graph.add('Transpose', [value], { perm: [1, 0, 2] })]);
}
