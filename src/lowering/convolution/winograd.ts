/**
 * Winograd's minimal filtering of images, F(4, 3) along both axes (Lavin & Gray 2016, arXiv 1509.09308), as products with constant
 * matrices: 4x4 outputs of a 3x3 convolution with stride 1 from a tile of 6x6 inputs, by 36 multiplications instead of 144.
 */

import type { ConvolutionGeometry } from '../../graph/convolution-geometry.js';
import type { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';
import type { DataType } from '../../tensors/tensor-data.js';
import type { Image, ImageShape } from './image.js';

/**
 * Along an axis, 4 outputs are y = outputs^T ((filter g) * (inputs x)), element by element. Gradients are transposes of it: with respect to
 * the filter, filter^T (sum over tiles of (outputs dy) * (inputs x)); to the input, inputs^T ((filter g) * (outputs dy)).
 */
export const transforms = {
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

type Transform = readonly (readonly number[])[];

/** Along an axis: positions of a tile, its outputs, elements of the filter. */
export const [positions, step, kernel] = [6, 4, 3] as const;

/** True for a convolution that it computes: 3x3, without strides, dilations or groups. */
export function isFiltering({ kernel: size, strides, dilations, group }: ConvolutionGeometry): boolean {
  return size.every((length) => length === kernel) && [...strides, ...dilations, group].every((one) => one === 1);
}

/** Tiles along the axes of an output. */
export function tilesOf([height, width]: readonly [number, number]): readonly [number, number] {
  return [Math.ceil(height / step), Math.ceil(width / step)];
}

/**
 * Every tile of images, transformed along both axes.
 * @param pads zeros before the rows and columns
 * @returns [36, tiles N, C]
 */
export function transformed(
  graph: Graph,
  images: Image,
  transform: Transform,
  tiles: readonly [number, number],
  pads: readonly [number, number],
): Value {
  const [count, channels, height, width] = images.shape;
  const row = count * channels;
  // what is transformed stands before everything else, which is one long row
  const pixels = images.pixelsFirst();
  const lines = graph.add('Reshape', [pixels, graph.integers(height, width, row)]);
  const matrix = (length: number, axis: 0 | 1): Value => tileMatrix(graph, pixels.dataType, transform, length, tiles[axis], pads[axis]);
  const across = graph.add('MatMul', [matrix(width, 1), lines]);
  const parts = graph.add('Reshape', [across, graph.integers(height, positions, tiles[1] * row)]);
  const down = graph.add('MatMul', [matrix(height, 0), graph.add('Transpose', [parts], { perm: [1, 0, 2] })]);
  return graph.add('Reshape', [down, graph.integers(positions ** 2, tiles[0] * tiles[1] * count, channels)]);
}

/**
 * The transpose of it: what each pixel is in tiles, summed up.
 * @param values [36, tiles N, C]
 * @param shape [N, C, H, W]
 * @returns [H, W, N, C]
 */
export function transformedBack(
  graph: Graph,
  values: Value,
  transform: Transform,
  tiles: readonly [number, number],
  pads: readonly [number, number],
  [count, channels, height, width]: ImageShape,
): Value {
  const row = count * channels;
  const matrix = (length: number, axis: 0 | 1): Value =>
    graph.add('Transpose', [tileMatrix(graph, values.dataType, transform, length, tiles[axis], pads[axis])], { perm: [0, 2, 1] });
  const parts = graph.add('Reshape', [values, graph.integers(positions, positions * tiles[0], tiles[1] * row)]);
  const rows = graph.add('MatMul', [matrix(height, 0), parts]);
  // [6, H, tiles N C] to [H, 6, tiles N C]: Gather copies with all threads
  const flat = graph.add('Reshape', [rows, graph.integers(positions * height, tiles[1] * row)]);
  const order = Array.from({ length: positions * height }, (_, index) => (index % positions) * height + Math.floor(index / positions));
  const lines = graph.add('Reshape', [
    graph.add('Gather', [flat, graph.integers(...order)], { axis: 0 }),
    graph.integers(height, positions * tiles[1], row),
  ]);
  const pixels = graph.add('MatMul', [matrix(width, 1), lines]);
  return graph.add('Reshape', [pixels, graph.integers(height, width, count, channels)]);
}

/** [1, 6 tiles, length]; a tile that reaches beyond the axis finds zeros there. */
function tileMatrix(graph: Graph, dataType: DataType, transform: Transform, length: number, tiles: number, pad: number): Value {
  const matrix = Array.from({ length: positions * tiles * length }, (_, index) => {
    const [row, place] = [Math.floor(index / length), index % length];
    const [position, tile] = [Math.floor(row / tiles), row % tiles];
    return transform[position]![place + pad - tile * step] ?? 0;
  });
  return graph.numbers(dataType, matrix, [1, positions * tiles, length]);
}

/**
 * The shares of the 9 elements of the filter in each of the 36 positions: [36, 9] in one row. Positions count across first, as in
 * `transformed`.
 */
export function filterMatrix(): number[] {
  return Array.from({ length: positions ** 2 * kernel ** 2 }, (_, index) => {
    const [position, element] = [Math.floor(index / kernel ** 2), index % kernel ** 2];
    const across = transforms.filter[Math.floor(position / positions)]![element % kernel]!;
    return across * transforms.filter[position % positions]![Math.floor(element / kernel)]!;
  });
}
