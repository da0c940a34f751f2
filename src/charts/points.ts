/** Series of points: smoothing, thinning, and the path of a line. */

export type Point = readonly [x: number, y: number];

/**
 * The exponential moving average, with the bias of its beginning removed: each value weighs half as much as the one `halfLife` later.
 * Values that are not finite are left out.
 */
export function smooth(points: readonly Point[], halfLife: number): Point[] {
  const keep = 0.5 ** (1 / halfLife);
  let [sum, weight] = [0, 0];
  return finite(points).map(([x, y]) => {
    sum = sum * keep + y;
    weight = weight * keep + 1;
    return [x, sum / weight];
  });
}

/**
 * At most `2 * buckets` of the points, with the same outline: the lowest and the highest of each of `buckets` equal parts. Shorter series are unchanged.
 * @param points ascending in x
 */
export function thin(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= 2 * buckets) return points;
  return Array.from({ length: buckets }, (_, index) => {
    const [from, to] = [index, index + 1].map((edge) => Math.floor((edge * points.length) / buckets)) as [number, number];
    let [low, high] = [from, from];
    for (let at = from + 1; at < to; at++) {
      // where nothing compares, the first finite value wins
      if (!(points[at]![1] >= points[low]![1]) && Number.isFinite(points[at]![1])) low = at;
      if (!(points[at]![1] <= points[high]![1]) && Number.isFinite(points[at]![1])) high = at;
    }
    return low === high ? [points[low]!] : [points[Math.min(low, high)]!, points[Math.max(low, high)]!];
  }).flat();
}

/** The `d` of a path through points in pixels, with a gap wherever one is not finite. */
export function pathOf(points: readonly Point[]): string {
  let path = '';
  let drawing = false;
  for (const [x, y] of points) {
    const has = Number.isFinite(x) && Number.isFinite(y);
    if (has) path += `${drawing ? 'L' : 'M'}${pixel(x)} ${pixel(y)}`;
    drawing = has;
  }
  return path;
}

/** To a tenth of a pixel. */
export function pixel(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The points with finite coordinates. */
export function finite(points: readonly Point[]): Point[] {
  return points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
}
