/** Pictures made of lines and words: SVG inside of a page, or a file of its own. */
import { escapeHtml } from '../support/escape-html.js';
import { chartStyle } from './chart-style.js';

export interface Drawing {
  /** Pixels at which text has its intended size. */
  readonly width: number;
  readonly height: number;
  /** A name, read by screen readers and shown as a tooltip. */
  readonly title: string;
  /** A sentence or two on its content. */
  readonly description: string;
  /** SVG elements. */
  readonly content: string;
}

/** An `<svg>` element for an HTML page that includes `chartStyle` once. As wide as the page lets it be. */
export function inlineSvg(drawing: Drawing): string {
  return `<svg class="chart" role="img" viewBox="0 0 ${drawing.width} ${drawing.height}">${described(drawing)}</svg>`;
}

/** The text of a self-contained SVG file: light or dark as the viewer prefers, light by default. */
export function svgFile(drawing: Drawing): string {
  const { width, height } = drawing;
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<style>${chartStyle}</style>
<rect class="page" width="${width}" height="${height}"/>
${described(drawing)}
</svg>
`;
}

/** A drawing nested in another one, its upper left corner at (x, y). */
export function nestedSvg(drawing: Drawing, x: number, y: number): string {
  const { width, height } = drawing;
  return `<svg role="img" x="${x}" y="${y}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${described(drawing)}</svg>`;
}

function described({ title, description, content }: Drawing): string {
  return `<title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>${content}`;
}
