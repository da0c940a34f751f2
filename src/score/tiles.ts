/** The policy for images that are too large to score at once: equal tiles at full resolution. Resizing would hide noise and blur. */

export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
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
 */
export function tilesOf(width: number, height: number, maximumPixels: number, minimumSide: number): Tile[] {
  let [columns, rows] = [1, 1];
  while (Math.ceil(width / columns) * Math.ceil(height / rows) > maximumPixels) {
    const [wider, higher] = [Math.floor(width / (columns + 1)) >= minimumSide, Math.floor(height / (rows + 1)) >= minimumSide];
    if (!wider && !higher) break;
    if (wider && (!higher || width / columns >= height / rows)) columns++;
    else rows++;
  }
  const edge = (size: number, count: number, index: number): number => Math.round((size * index) / count);
  return Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const [left, top] = [edge(width, columns, column), edge(height, rows, row)];
    return { left, top, width: edge(width, columns, column + 1) - left, height: edge(height, rows, row + 1) - top };
  });
}
