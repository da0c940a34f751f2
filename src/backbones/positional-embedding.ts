/** A learned embedding of every position of a square grid, and of one token before it, for maps of any size. */
import type { Graph } from '../graph/graph.js';
import { type AxisPositions, axisPositions } from '../graph/grid-positions.js';
import { type Interpolation, interpolationMatrix } from '../graph/interpolation-matrix.js';
import { reshapeToSizes } from '../graph/reshape-to-sizes.js';
import type { Value } from '../graph/value.js';
import { type LayerContext, weightOf } from './dense-layers.js';

/**
 * Interpolation of the embedding of a grid to a map of another size, at half-pixel centers:
 *
 * | name                | as                                                                                                             |
 * | ------------------- | -------------------------------------------------------------------------------------------------------------- |
 * | `bicubic`           | Hugging Face's transformers for CLIP and SigLIP: a = -.75, no smoothing                                         |
 * | `bicubic-offset`    | DINOv2's authors for models without registers: the same, of positions (i + 1/2) cells / (n + .1) - 1/2          |
 * | `bicubic-smoothing` | DINOv2's authors and transformers for models with registers, timm for all: a = -.5, smoothing where it shrinks |
 * | `bilinear`          | Perception Encoder's authors: no smoothing                                                                      |
 */
export type PositionInterpolation = 'bicubic' | 'bicubic-offset' | 'bicubic-smoothing' | 'bilinear';

interface ByMatrices extends Interpolation {
  readonly offset?: number;
}

/** Those that are products with matrices; of `bicubic` ONNX's Resize computes the same. */
const matrices: Readonly<Record<Exclude<PositionInterpolation, 'bicubic'>, ByMatrices>> = {
  'bicubic-offset': { kernel: -0.75, offset: 0.1 },
  'bicubic-smoothing': { kernel: -0.5, smooths: true },
  bilinear: { kernel: 'linear' },
};

export interface PositionalEmbeddingOptions {
  /** Side of the grid that was trained. */
  readonly cells: number;
  readonly interpolation: PositionInterpolation;
  /** False where no token before the grid has an embedding; default: true. */
  readonly hasFirst?: boolean;
}

export interface PositionalEmbedding {
  /** Embedding of the token before the grid, [1, C]; absent without one. */
  readonly first?: Value;
  /** Embedding of every position of the map, row by row, [H W, C]. */
  readonly grid: Value;
}

/**
 * The parameter, [1 + cells^2, C], interpolated for a map of another size than cells x cells.
 * @param map [N, C, H, W]
 */
export function positionalEmbedding(
  context: LayerContext,
  name: string,
  map: Value,
  { cells, interpolation, hasFirst = true }: PositionalEmbeddingOptions,
): PositionalEmbedding {
  const { graph } = context;
  const [, channels, rows, columns] = map.shape as [unknown, number, unknown, unknown];
  const embedding = weightOf(context, name, [(hasFirst ? 1 : 0) + cells ** 2, channels], channels ** -0.5, false);
  const [first, trained] = hasFirst
    ? (graph.addAll('Split', [embedding, graph.integers(1, cells ** 2)], { axis: 0 }) as [Value, Value])
    : [undefined, embedding];
  const fits = rows === cells && columns === cells;
  const grid = fits
    ? trained
    : interpolation === 'bicubic'
      ? resized(context, trained, map, cells)
      : multiplied(context, trained, map, cells, matrices[interpolation]);
  return { grid, ...(first && { first }) };
}

/** By ONNX's Resize. */
function resized({ graph }: LayerContext, trained: Value, map: Value, cells: number): Value {
  const channels = trained.shape[1] as number;
  const channelsFirst = graph.add('Reshape', [
    graph.add('Transpose', [trained], { perm: [1, 0] }),
    graph.integers(1, channels, cells, cells),
  ]);
  const size = graph.add('Slice', [graph.add('Shape', [map]), graph.integers(1), graph.integers(4)]);
  const sizes = graph.add('Concat', [graph.integers(1), size], { axis: 0 });
  const interpolated = graph.add('Resize', [channelsFirst, null, null, sizes], { mode: 'cubic' });
  return graph.add('Transpose', [graph.add('Reshape', [interpolated, graph.integers(channels, -1)])], { perm: [1, 0] });
}

/** By R x C^T with the weights of rows R and of columns C. */
function multiplied({ graph }: LayerContext, trained: Value, map: Value, cells: number, how: ByMatrices): Value {
  const channels = trained.shape[1] as number;
  const axes = [2, 3].map((axis) => axisPositions(graph, map, axis));
  const offset = how.offset === undefined ? 0 : offsetElsewhere(graph, axes, cells, how.offset);
  const [rows, columns] = axes.map((positions) => interpolationMatrix(graph, cells, positions, { ...how, offset })) as [Value, Value];
  const lines = graph.add('MatMul', [rows, graph.add('Reshape', [trained, graph.integers(cells, cells * channels)])]);
  const grid = graph.add('MatMul', [columns, reshapeToSizes(graph, lines, [[map, 2], cells, channels])]);
  return graph.add('Reshape', [grid, graph.integers(-1, channels)]);
}

/** The offset, but 0 for a map of the trained size, which nobody interpolates: offset (1 - max(0, 1 - |rows - cells| - |columns - cells|)). */
function offsetElsewhere(graph: Graph, axes: readonly AxisPositions[], cells: number, offset: number): Value {
  const [down, across] = axes.map(({ size }) => graph.add('Abs', [graph.add('Sub', [size, cells])])) as [Value, Value];
  const isSame = graph.add('Relu', [graph.add('Sub', [graph.numbers('float32', 1), graph.add('Add', [down, across])])]);
  return graph.add('Mul', [graph.add('Sub', [graph.numbers('float32', 1), isSame]), offset]);
}
