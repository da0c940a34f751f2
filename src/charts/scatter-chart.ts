/** Points in two dimensions with a curve through them: scores against opinions. */
import { seriesClass } from './chart-style.js';
import type { Drawing } from './drawing.js';
import { dots } from './line-chart.js';
import { type Axis, plotFrame } from './plot-frame.js';
import { type Point, pathOf } from './points.js';

export interface ScatterChartOptions {
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Later groups are drawn over earlier ones. */
  readonly groups: readonly { readonly name: string; readonly points: readonly Point[] }[];
  /** Ascending in x. */
  readonly curve?: { readonly name: string; readonly points: readonly Point[] };
  /** Pixels, without the legend; 400 x 360 when absent. */
  readonly width?: number;
  readonly height?: number;
}

/** From this number on, points are small and translucent. */
const many = 200;

/** Names are shown with more than one group. Points that would cover each other exactly are drawn once, which bounds the size. */
export function scatterChart({ title, description, x, y, groups, curve, width = 400, height = 360 }: ScatterChartOptions): Drawing {
  const frame = plotFrame({
    heading: title,
    width,
    height,
    x,
    y,
    points: [...groups, ...(curve ? [curve] : [])].flatMap(({ points }) => points),
    legend: groups.length > 1 || curve ? [...groups, ...(curve ? [curve] : [])].map(({ name }) => name) : [],
  });
  const clouds = groups.map(({ points }, index) =>
    dots(points.map(frame.place), `${points.length >= many ? 'many ' : ''}${seriesClass(index)}`),
  );
  const line = curve ? `<path class="line ${seriesClass(groups.length)}" d="${pathOf(curve.points.map(frame.place))}"/>` : '';
  return { width, height: frame.height, title, description, content: [frame.content, ...clouds, line].join('') };
}
