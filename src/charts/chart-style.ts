/** The look of charts, light and dark: the same CSS for pages and for SVG files. */

interface Theme {
  readonly page: string;
  readonly text: string;
  readonly quiet: string;
  readonly grid: string;
  /** Colors of series, in order: contrast at least 3:1 against the page, distinct under the common kinds of color blindness. */
  readonly series: readonly string[];
}

const light: Theme = {
  page: '#ffffff',
  text: '#1c1c1c',
  quiet: '#5f5f5f',
  grid: '#e3e3e3',
  series: ['#0b62c4', '#c8470a', '#0a7f5a', '#8b3fa8', '#4d4d4d', '#946300', '#0a7d94', '#c2337c'],
};
const dark: Theme = {
  page: '#181818',
  text: '#e8e8e8',
  quiet: '#a6a6a6',
  grid: '#333333',
  series: ['#6cb0ff', '#ff9a5c', '#4fd1a1', '#cf9bf0', '#c4c4c4', '#e0c04a', '#5fd0e6', '#ff8fc0'],
};

/** The number of colors; later series repeat them with dashed lines. */
const seriesColors = light.series.length;

/** CSS classes of the series at an index, from 0. */
export function seriesClass(index: number): string {
  const round = Math.floor(index / seriesColors) % 3;
  return `s${index % seriesColors}${round === 0 ? '' : ` dashed-${round}`}`;
}

/** Colors are literal, since rasterisers of SVG do not know CSS variables. On paper charts are light. */
export const chartStyle = `.chart text { font: 11px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.chart .heading { font-size: 12.5px; font-weight: 600; }
.chart .line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.chart .faint { stroke-width: 1; opacity: .4; }
.chart .dots { fill: none; stroke: currentColor; stroke-width: 5; stroke-linecap: round; }
.chart .many { stroke-width: 3; opacity: .55; }
.chart .band { fill: currentColor; opacity: .18; }
.chart .dashed-1 { stroke-dasharray: 6 3; }
.chart .dashed-2 { stroke-dasharray: 2 3; }
.chart .axis { stroke-width: 1; }
.chart .grid { stroke-width: 1; }
${themeRules(light)}
@media screen and (prefers-color-scheme: dark) {
${themeRules(dark)}
}`;

function themeRules({ page, text, quiet, grid, series }: Theme): string {
  return [
    `.chart .page { fill: ${page}; }`,
    `.chart text { fill: ${quiet}; }`,
    `.chart .heading, .chart .legend { fill: ${text}; }`,
    `.chart .axis { stroke: ${quiet}; }`,
    `.chart .grid { stroke: ${grid}; }`,
    ...series.map((color, index) => `.chart .s${index} { color: ${color}; }`),
  ].join('\n');
}
