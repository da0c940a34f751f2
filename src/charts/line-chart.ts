/** Lines over an x axis: measurements of training step by step, scores against severity. */

import { seriesClass } from './chart-style.js';
import type { Drawing } from './drawing.js';
import { type Axis, plotFrame } from './plot-frame.js';
import { finite, type Point, pathOf, thin } from './points.js';

export interface Series {
  readonly name: string;
  /** Ascending in x; a value that is not finite leaves a gap. */
  readonly points: readonly Point[];
  /** The range around the line: ascending in x. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
  /** The values behind a smoothed line, drawn faintly. */
  readonly behind?: readonly Point[];
}

export interface LineChartOptions {
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** True to mark each point; default: lines with few points are marked. */
  readonly marks?: boolean;
  /** True to show the names of series; default: with several of them. */
  readonly legend?: boolean;
  /** Pixels, without the legend; 400 x 260 when absent. */
  readonly width?: number;
  readonly height?: number;
}

/** A line has at most twice this many points: more would not be visible. */
const largestBuckets = 300;
const fewPoints = 40;

export function lineChart({ title, description, x, y, series, marks, legend, width = 400, height = 260 }: LineChartOptions): Drawing {
  const shown = series.map((item) => ({
    ...item,
    points: thin(item.points, largestBuckets),
    behind: thin(item.behind ?? [], largestBuckets),
    band: item.band ?? [],
  }));
  const frame = plotFrame({
    heading: title,
    width,
    height,
    x,
    y,
    points: shown.flatMap(({ points, behind, band }) => [
      ...points,
      ...behind,
      ...band.flatMap(([at, low, high]): Point[] => [
        [at, low],
        [at, high],
      ]),
    ]),
    legend: (legend ?? series.length > 1) ? series.map(({ name }) => name) : [],
  });
  const placed = (points: readonly Point[]): Point[] => points.map(frame.place);
  // background first, so that no line is covered
  const behind = shown.map(({ behind, band }, index) => {
    const outline: Point[] = [...band.map(([at, , high]): Point => [at, high]), ...band.map(([at, low]): Point => [at, low]).reverse()];
    const area = outline.length === 0 ? '' : `<path class="band ${seriesClass(index)}" d="${pathOf(placed(outline))}Z"/>`;
    return `${area}${behind.length === 0 ? '' : `<path class="line faint ${seriesClass(index)}" d="${pathOf(placed(behind))}"/>`}`;
  });
  const lines = shown.map(({ points }, index) => {
    const line = `<path class="line ${seriesClass(index)}" d="${pathOf(placed(points))}"/>`;
    const marked = marks ?? (points.length <= fewPoints && points.length > 0);
    return marked ? `${line}${dots(placed(points), seriesClass(index))}` : line;
  });
  return { width, height: frame.height, title, description, content: [frame.content, ...behind, ...lines].join('') };
}

/** Round dots: ends of lines that go nowhere. */
export function dots(points: readonly Point[], classes: string): string {
  const places = new Set(finite(points).map((point) => `${pathOf([point])}h0`));
  return places.size === 0 ? '' : `<path class="dots ${classes.replace(/ dashed-\d/, '')}" d="${[...places].join('')}"/>`;
}
