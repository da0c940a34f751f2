/** A map of quality over an image: overlapping square tiles at full resolution, each with a score. A browser loads this file as it is. */
import type { ModelDescription } from '../export/model-description.js';
import type { Tile } from './tiles.js';

/** The tiles of a map: `left.length` columns, `top.length` rows. */
export interface MapGrid {
  /** Side of a tile, pixels. */
  readonly tile: number;
  /** Pixels from one tile to the next, at most. */
  readonly stride: number;
  /** Left edges of the columns, pixels, ascending. */
  readonly left: readonly number[];
  /** Upper edges of the rows, pixels, ascending. */
  readonly top: readonly number[];
}

export interface QualityMap extends MapGrid {
  /** Size of the image, pixels. */
  readonly width: number;
  readonly height: number;
  /** Score of each tile, row by row [rows, columns], 0..1, higher is better. */
  readonly scores: Float32Array;
  /** Of a model that says what is wrong with an image: see `qualityOf`, in the order of `scores`. Absent: the scores are the quality. */
  readonly quality?: Float32Array;
  /** Of such a model: strength of each group for each tile, 0..1, in the order of `scores`. */
  readonly degradations?: Readonly<Record<string, Float32Array>>;
}

/** The part of `model.json` that bounds the sides of tiles. */
export type TilePolicy = Pick<ModelDescription, 'size' | 'crops' | 'degradations'>;

/** Side of tiles from which on it is told what is wrong with them, pixels. */
const tellingTile = 128;

/**
 * Side of tiles where none is asked for: half of the side from which on scores are reliable, since smaller tiles say more exactly where, and 128 pixels
 * at least where the model says what is wrong with an image; the side of the model where it takes one alone.
 */
export function usualTile({ size, crops, degradations }: TilePolicy): number {
  const { minimumSide, recommendedSide, fixedSide, sideMultiple = 1 } = size;
  const least = Math.max(minimumSide, recommendedSide / 2, degradations ? tellingTile : 0);
  return fixedSide ?? crops?.side ?? Math.ceil(least / sideMultiple) * sideMultiple;
}

/** Share of its score that a tile loses in which a group of degradations is as strong as its threshold; with this power of its strength. */
const [mostLost, power] = [0.9, 4];
/** The groups that count: small parts of sound photographs are often as plain, as bright, as colorful or as regular as others damage makes them. */
const localGroups: readonly string[] = ['blur', 'noise', 'compression'];

/**
 * The quality of tiles: their scores, less the more blur, noise or compression is as strong as it has to be to be reported. Scores compare
 * photographs; they take noise in a plain part for detail, and do not see every other damage in so small a part.
 * @param scores [tiles], 0..1
 * @param strengths [tiles, groups], 0..1
 * @returns [tiles], 0..1
 */
export function qualityOf(
  scores: Float32Array,
  strengths: Float32Array,
  { groups, thresholds }: Pick<NonNullable<ModelDescription['degradations']>, 'groups' | 'thresholds'>,
): Float32Array {
  return scores.map((score, tile) => {
    const shares = thresholds.map((threshold, group) =>
      localGroups.includes(groups[group]!) ? strengths[tile * thresholds.length + group]! / threshold : 0,
    );
    return score * (1 - mostLost * Math.min(1, Math.max(...shares)) ** power);
  });
}

/** The rule that a side of tiles breaks; undefined for one that the model takes. */
export function tileFault(tile: number, { size, crops }: Pick<TilePolicy, 'size' | 'crops'>): string | undefined {
  const { minimumSide, fixedSide = crops?.side, sideMultiple = 1 } = size;
  if (fixedSide !== undefined && tile !== fixedSide) return `The model takes tiles of ${fixedSide} pixels only`;
  if (tile < minimumSide) return `The model needs tiles of at least ${minimumSide} pixels`;
  if (tile % sideMultiple !== 0) return `The model needs tiles whose side is a multiple of ${sideMultiple} pixels`;
  return undefined;
}

/**
 * Squares from border to border, evenly spread, at most `stride` pixels apart. In an image with a smaller side they are as large as it allows.
 * @param width pixels, as `height` no smaller than the model's minimum
 * @param tile side of the squares, pixels @param stride pixels, 1 or more
 */
export function mapGrid(
  width: number,
  height: number,
  { tile, stride }: { readonly tile: number; readonly stride: number },
  { sideMultiple = 1 }: Pick<TilePolicy['size'], 'sideMultiple'> = {},
): MapGrid {
  const side = Math.min(tile, Math.floor(Math.min(width, height) / sideMultiple) * sideMultiple);
  const starts = (size: number): number[] => {
    const steps = Math.ceil((size - side) / stride);
    return Array.from({ length: steps + 1 }, (_, index) => (steps === 0 ? 0 : Math.round((index * (size - side)) / steps)));
  };
  return { tile: side, stride, left: starts(width), top: starts(height) };
}

/** The tiles of a grid, row by row. */
export function tilesOfMap({ tile, left, top }: Pick<MapGrid, 'tile' | 'left' | 'top'>): Tile[] {
  return top.flatMap((y) => left.map((x) => ({ left: x, top: y, width: tile, height: tile })));
}

/**
 * The map at a pixel: bilinear between the middles of tiles, and beyond the outermost as there.
 * @param x pixels from the left @param y pixels from the top
 */
export function valueAt({ tile, left, top, scores, quality = scores }: QualityMap, x: number, y: number): number {
  const [column, right] = placeIn(left, x - tile / 2);
  const [row, below] = placeIn(top, y - tile / 2);
  const at = (r: number, c: number): number => quality[Math.min(r, top.length - 1) * left.length + Math.min(c, left.length - 1)]!;
  const upper = at(row, column) * (1 - right) + at(row, column + 1) * right;
  const lower = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right;
  return upper * (1 - below) + lower * below;
}

/** The last start at or before a place, and how far the place is on the way to the next, 0..1. */
function placeIn(starts: readonly number[], place: number): [index: number, share: number] {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= place) low = middle;
    else high = middle - 1;
  }
  const next = starts[low + 1];
  return [low, next === undefined ? 0 : Math.max(0, (place - starts[low]!) / (next - starts[low]!))];
}
