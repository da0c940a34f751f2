/** The surroundings of a plot: heading, legend, axes with ticks and labels. */
import { escapeHtml } from '../support/escape-html.js';
import { legendOf } from './legend.js';
import type { Point } from './points.js';
import { fitText, textWidth } from './text-width.js';
import { type Ticks, ticksOf } from './ticks.js';

export interface Axis {
  /** The measured quantity and its unit. */
  readonly label: string;
  /** The least and the greatest value on the axis; default: those of the points, widened to round numbers. */
  readonly domain?: readonly [number, number];
  /** About how many ticks; by default as many as fit. */
  readonly ticks?: number;
}

export interface FrameOptions {
  readonly heading: string;
  readonly width: number;
  /** Without the legend, which adds its own. */
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  /** The drawn points: they decide the domains that the axes leave open. */
  readonly points: readonly Point[];
  /** Names in the legend; none: no legend. */
  readonly legend: readonly string[];
}

export interface PlotFrame {
  /** With the legend. */
  readonly height: number;
  /** SVG elements to draw on. */
  readonly content: string;
  /** From values to pixels. */
  place(point: Point): Point;
}

const margin = 4;
const headingHeight = 18;
/** The size of plain text that is as wide as a heading, which is bold. */
export const headingWidth = 14.5;
const lineHeight = 14;

export function plotFrame({ heading, width, height: heightOfPlot, x, y, points, legend }: FrameOptions): PlotFrame {
  const names = legendOf(legend, width - 2 * margin);
  const height = heightOfPlot + names.height;
  const top = (heading === '' ? 0 : headingHeight) + names.height + (y.label === '' ? 0 : lineHeight) + 8;
  const bottom = height - margin - lineHeight - (x.label === '' ? 0 : lineHeight);
  const yTicks = axisTicks(
    y,
    points.map(([, value]) => value),
    (bottom - top) / 32,
  );
  const left = margin + Math.max(...yTicks.labels.map((label) => textWidth(label))) + 6;
  const right = width - margin - 10;
  const xTicks = axisTicks(
    x,
    points.map(([value]) => value),
    (right - left) / 60,
  );
  const place = ([valueX, valueY]: Point): Point => [
    left + fraction(valueX, xTicks) * (right - left),
    bottom - fraction(valueY, yTicks) * (bottom - top),
  ];
  const parts: string[] = [];
  if (heading !== '') parts.push(text('heading', margin, 13, 'start', fitText(heading, width - 2 * margin, headingWidth)));
  if (names.height > 0) parts.push(`<g transform="translate(${margin} ${headingHeight})">${names.content}</g>`);
  if (y.label !== '') parts.push(text('label', margin, top - 9, 'start', fitText(y.label, width - 2 * margin)));
  for (const [index, value] of yTicks.values.entries()) {
    const at = Math.round(place([0, value])[1]);
    parts.push(`<path class="grid" d="M${Math.round(left)} ${at}.5H${Math.round(right)}"/>`);
    parts.push(text('tick', Math.round(left) - 5, at + 4, 'end', yTicks.labels[index]!));
  }
  parts.push(`<path class="axis" d="M${Math.round(left)} ${Math.round(bottom)}.5H${Math.round(right)}"/>`);
  for (const [index, value] of xTicks.values.entries()) {
    const at = Math.round(place([value, 0])[0]);
    parts.push(`<path class="axis" d="M${at}.5 ${Math.round(bottom)}v4"/>`);
    parts.push(text('tick', at, Math.round(bottom) + 15, 'middle', xTicks.labels[index]!));
  }
  if (x.label !== '')
    parts.push(text('label', Math.round((left + right) / 2), height - margin - 1, 'middle', fitText(x.label, right - left)));
  return { height, content: parts.join(''), place };
}

function axisTicks({ domain, ticks }: Axis, values: readonly number[], room: number): Ticks {
  const count = Math.max(1, ticks ?? Math.floor(room));
  if (domain) return ticksOf(domain[0], domain[1], count, true);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return ticksOf(low, high, count);
}

/** The position of a value along the axis: 0 at its beginning, 1 at its end. */
function fraction(value: number, { domain: [low, high] }: Ticks): number {
  return (value - low) / (high - low);
}

function text(name: string, x: number, y: number, anchor: string, content: string): string {
  return `<text class="${name}" x="${x}" y="${y}" text-anchor="${anchor}">${escapeHtml(content)}</text>`;
}
