/**
 * Rotary embedding of positions on a grid (Su et al. 2021, arXiv 2104.09864): queries and keys of a head are turned by angles that depend on
 * their place, so that scores depend on how far apart two places are. Half of the pairs of channels tells the row, half the column.
 */
import type { Graph } from '../graph/graph.js';
import { type AxisPositions, axisPositions } from '../graph/grid-positions.js';
import type { Value } from '../graph/value.js';

export interface RotaryEmbedding {
  /**
   * `unit`: of coordinates (2 i + 1) / n - 1, the row first, by frequencies 2 pi 100^(-4 k / d), as DINOv3.
   * `grid`: of indices from 1 on, the column first, by frequencies 10000^(-4 k / d), as Perception Encoder.
   */
  readonly coordinates: 'unit' | 'grid';
  /** The channels of a pair: `halves` k and k + d / 2, `neighbors` 2 k and 2 k + 1. */
  readonly pairs: 'halves' | 'neighbors';
}

/** Factors of a head's channels, in halves: x cos + swapped halves of x times sin. */
export interface Rotation {
  /** [T, d] */
  readonly cos: Value;
  /** [T, d], negative in the first half */
  readonly sin: Value;
  readonly pairs: RotaryEmbedding['pairs'];
}

/**
 * @param map of patches, [N, C, H, W]
 * @param prefix tokens before the patches, which are not turned
 * @param size d, channels of a head; a multiple of 4
 */
export function rotationOf(graph: Graph, map: Value, prefix: number, size: number, { coordinates, pairs }: RotaryEmbedding): Rotation {
  const [rows, columns] = [2, 3].map((axis) => placesOf(graph, axisPositions(graph, map, axis), coordinates)) as [Value, Value];
  const own = frequencies(coordinates, size);
  const none = own.map(() => 0);
  const [first, second] = [
    [...own, ...none],
    [...none, ...own],
  ] as const;
  const [ofRow, ofColumn] = coordinates === 'unit' ? [first, second] : [second, first];
  const half = size / 2;
  const down = graph.add('Mul', [graph.add('Reshape', [rows, graph.integers(-1, 1, 1)]), graph.numbers('float32', ofRow, [1, 1, half])]);
  const across = graph.add('Mul', [
    graph.add('Reshape', [columns, graph.integers(1, -1, 1)]),
    graph.numbers('float32', ofColumn, [1, 1, half]),
  ]);
  const patches = graph.add('Reshape', [graph.add('Add', [down, across]), graph.integers(-1, half)]);
  const angles = graph.add('Pad', [patches, graph.integers(prefix, 0, 0, 0)]);
  const both = graph.add('Concat', [angles, angles], { axis: 1 });
  const signs = graph.numbers('float32', [...new Array(half).fill(-1), ...new Array(half).fill(1)]);
  return { cos: graph.add('Cos', [both]), sin: graph.add('Mul', [graph.add('Sin', [both]), signs]), pairs };
}

function placesOf(graph: Graph, { indices, size }: AxisPositions, coordinates: RotaryEmbedding['coordinates']): Value {
  if (coordinates === 'grid') return graph.add('Add', [indices, 1]);
  const centers = graph.add('Add', [graph.add('Mul', [indices, 2]), 1]);
  return graph.add('Sub', [graph.add('Div', [centers, size]), 1]);
}

/** Angles of a quarter of the channels. */
function frequencies(coordinates: RotaryEmbedding['coordinates'], size: number): number[] {
  const [factor, base] = coordinates === 'unit' ? [2 * Math.PI, 100] : [1, 10_000];
  return Array.from({ length: size / 4 }, (_, index) => factor * base ** ((-4 * index) / size));
}

/** @param x [..., T, d], its pairs in halves */
export function rotate(graph: Graph, x: Value, { cos, sin }: Rotation): Value {
  const half = (cos.shape[1] as number) / 2;
  const [a, b] = graph.addAll('Split', [x, graph.integers(half, half)], { axis: -1 }) as [Value, Value];
  const swapped = graph.add('Concat', [b, a], { axis: -1 });
  return graph.add('Add', [graph.add('Mul', [x, cos]), graph.add('Mul', [swapped, sin])]);
}

/**
 * The rows of a projection ordered so that the pairs of each head are halves. Scores are the same, whatever the order, if queries and keys share it.
 * @param rows of weights or of biases, [heads d, ...]
 */
export function inHalves(graph: Graph, rows: Value, heads: number, { pairs }: Rotation): Value {
  if (pairs === 'halves') return rows;
  const [count, ...rest] = rows.shape as number[];
  const inner = rest.reduce((product, length) => product * length, 1);
  const byPair = graph.add('Reshape', [rows, graph.integers(heads, count! / heads / 2, 2, inner)]);
  return graph.add('Reshape', [graph.add('Transpose', [byPair], { perm: [0, 2, 1, 3] }), graph.integers(count!, ...rest)]);
}
