/**
 * The parts of an image that are scored, by the policy in `model.json`. Images that are too large to score at once become equal tiles at full
 * resolution: resizing would hide noise and blur. Methods that prescribe crops get theirs.
 */

import type { CropPolicy } from '../heads/head.js';

export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of an image, and how much its score counts. */
export interface Part extends Tile {
  readonly weight: number;
}

/** The policy for parts of images, as `model.json` states it. */
export interface PartPolicy {
  readonly size: { readonly minimumSide: number; readonly fixedSide?: number | undefined; readonly sideMultiple?: number | undefined };
  readonly largeImages: { readonly maximumPixels: number };
  readonly crops?: CropPolicy | undefined;
}

/** The parts of an image whose mean score, by weight, is the image's. */
export function partsOf(width: number, height: number, { size, largeImages, crops }: PartPolicy): Part[] {
  if (crops) return cropsOf(width, height, crops).map((crop) => ({ ...crop, weight: 1 }));
  const { minimumSide, fixedSide, sideMultiple } = size;
  const tiles =
    fixedSide === undefined
      ? tilesOf(width, height, largeImages.maximumPixels, minimumSide, sideMultiple)
      : squareTilesOf(width, height, fixedSide);
  return tiles.map((tile) => ({ ...tile, weight: tile.width * tile.height }));
}

/** Row by row the crops that fit whole, then the whole image; it alone where a side is smaller than the crops'. */
export function cropsOf(width: number, height: number, { side, stride }: CropPolicy): Tile[] {
  const starts = (size: number): number[] =>
    Array.from({ length: Math.max(0, Math.floor((size - side) / stride) + 1) }, (_, index) => index * stride);
  const squares = starts(height).flatMap((top) => starts(width).map((left) => ({ left, top, width: side, height: side })));
  return [...squares, { left: 0, top: 0, width, height }];
}

/** Squares of one size that cover an image that is no smaller, evenly spread: they overlap where the size does not divide the image's. */
export function squareTilesOf(width: number, height: number, side: number): Tile[] {
  const starts = (size: number): number[] => {
    const count = Math.ceil(size / side);
    return Array.from({ length: count }, (_, index) => (count === 1 ? 0 : Math.round((index * (size - side)) / (count - 1))));
  };
  return starts(height).flatMap((top) => starts(width).map((left) => ({ left, top, width: side, height: side })));
}

/**
 * Splits an image into a grid of tiles, equal to a pixel, without overlap or remainder, of at most `maximumPixels` each.
 * Tiles are as square as can be and at least `minimumSide` on each side; where both bounds cannot hold, the smaller side wins.
 * With a `sideMultiple` their sides are multiples of it, equal to one of it, and what remains is left out, half at each border.
 */
export function tilesOf(width: number, height: number, maximumPixels: number, minimumSide: number, sideMultiple = 1): Tile[] {
  // in steps of the multiple
  const [across, down] = [Math.floor(width / sideMultiple), Math.floor(height / sideMultiple)];
  const fewest = Math.ceil(minimumSide / sideMultiple);
  const most = maximumPixels / sideMultiple ** 2;
  let [columns, rows] = [1, 1];
  while (Math.ceil(across / columns) * Math.ceil(down / rows) > most) {
    const [wider, higher] = [Math.floor(across / (columns + 1)) >= fewest, Math.floor(down / (rows + 1)) >= fewest];
    if (!wider && !higher) break;
    if (wider && (!higher || across / columns >= down / rows)) columns++;
    else rows++;
  }
  const edges = (size: number, steps: number, count: number): number[] => {
    const border = Math.floor((size - steps * sideMultiple) / 2);
    return Array.from({ length: count + 1 }, (_, index) => border + Math.round((steps * index) / count) * sideMultiple);
  };
  const [x, y] = [edges(width, across, columns), edges(height, down, rows)];
  return Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const [left, top] = [x[column]!, y[row]!];
    return { left, top, width: x[column + 1]! - left, height: y[row + 1]! - top };
  });
}
