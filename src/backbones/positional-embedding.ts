/** A learned embedding of every position of a square grid, and of one token before it, for maps of any size. */
import type { Value } from '../graph/value.js';
import { type LayerContext, weightOf } from './dense-layers.js';

/** Interpolation of the embedding of a grid to a map of another size; `bicubic`: a = -.75, half-pixel centres, no smoothing. */
export type PositionInterpolation = 'bicubic';

/** The attributes of ONNX's Resize that say so. */
const resizing: Readonly<Record<PositionInterpolation, { readonly mode: string }>> = { bicubic: { mode: 'cubic' } };

export interface PositionalEmbedding {
  /** Embedding of the token before the grid, [1, C]. */
  readonly first: Value;
  /** Embedding of every position of the map, row by row, [H W, C]. */
  readonly grid: Value;
}

/**
 * The parameter, [1 + cells^2, C], interpolated for a map of another size than cells x cells: for CLIP bicubic without smoothing, as the
 * `interpolate_pos_encoding` of Hugging Face's transformers (open_clip smooths when the grid shrinks).
 * @param map [N, C, H, W]
 */
export function positionalEmbedding(
  context: LayerContext,
  name: string,
  map: Value,
  cells: number,
  interpolation: PositionInterpolation,
): PositionalEmbedding {
  const { graph } = context;
  const [, channels, rows, columns] = map.shape as [unknown, number, unknown, unknown];
  const embedding = weightOf(context, name, [1 + cells ** 2, channels], channels ** -0.5, false);
  const [first, trained] = graph.addAll('Split', [embedding, graph.integers(1, cells ** 2)], { axis: 0 }) as [Value, Value];
  if (rows === cells && columns === cells) return { first, grid: trained };
  const channelsFirst = graph.add('Reshape', [
    graph.add('Transpose', [trained], { perm: [1, 0] }),
    graph.integers(1, channels, cells, cells),
  ]);
  const size = graph.add('Slice', [graph.add('Shape', [map]), graph.integers(1), graph.integers(4)]);
  const sizes = graph.add('Concat', [graph.integers(1), size], { axis: 0 });
  const resized = graph.add('Resize', [channelsFirst, null, null, sizes], resizing[interpolation]);
  return { first, grid: graph.add('Transpose', [graph.add('Reshape', [resized, graph.integers(channels, -1)])], { perm: [1, 0] }) };
}
