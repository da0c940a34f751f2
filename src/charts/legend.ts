/** The legend of a chart: entries in rows that name the color of each series. */
import { escapeHtml } from '../support/escape-html.js';
import { seriesClass } from './chart-style.js';
import { fitText, textWidth } from './text-width.js';

const rowHeight = 16;
const swatch = 16;
const gap = 12;

export interface Legend {
  readonly height: number;
  /** SVG elements, from (0, 0) downwards. */
  readonly content: string;
}

/** @param width available pixels */
export function legendOf(names: readonly string[], width: number): Legend {
  let [x, row] = [0, 0];
  const entries = names.map((name, index) => {
    const text = fitText(name, width - swatch - 4);
    const needed = swatch + 4 + textWidth(text);
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const y = row * rowHeight;
    const line = `<path class="line ${seriesClass(index)}" d="M${Math.round(x)} ${y + 8}h${swatch}"/>`;
    const label = `<text class="legend" x="${Math.round(x) + swatch + 4}" y="${y + 12}">${escapeHtml(text)}</text>`;
    const full = text === name ? '' : `<title>${escapeHtml(name)}</title>`;
    x += needed + gap;
    return `<g>${full}${line}${label}</g>`;
  });
  return { height: names.length === 0 ? 0 : (row + 1) * rowHeight, content: entries.join('') };
}
