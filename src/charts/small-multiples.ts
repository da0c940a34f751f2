/** Many small charts side by side in one drawing; an HTML page lays them out itself. */
import { escapeHtml } from '../support/escape-html.js';
import { type Drawing, nestedSvg } from './drawing.js';
import { legendOf } from './legend.js';
import { headingWidth } from './plot-frame.js';
import { fitText } from './text-width.js';

export interface SmallMultiplesOptions {
  readonly title: string;
  readonly description: string;
  /** Not empty; of equal size. */
  readonly panels: readonly Drawing[];
  readonly columns: number;
  /** Names of the series that all panels share; none: no legend. */
  readonly legend?: readonly string[];
}

const gap = 12;

export function smallMultiples({ title, description, panels, columns, legend = [] }: SmallMultiplesOptions): Drawing {
  const { width: panelWidth, height: panelHeight } = panels[0]!;
  const width = Math.min(columns, panels.length) * (panelWidth + gap) + gap;
  const names = legendOf(legend, width - 2 * gap);
  const top = 26 + names.height + (names.height > 0 ? gap : 0);
  const heading = `<text class="heading" x="${gap}" y="18">${escapeHtml(fitText(title, width - 2 * gap, headingWidth))}</text>`;
  const places = panels.map((panel, index) =>
    nestedSvg(panel, gap + (index % columns) * (panelWidth + gap), top + Math.floor(index / columns) * (panelHeight + gap)),
  );
  const height = top + Math.ceil(panels.length / columns) * (panelHeight + gap);
  const content = `${heading}<g transform="translate(${gap} 26)">${names.content}</g>${places.join('\n')}`;
  return { width, height, title, description, content };
}
