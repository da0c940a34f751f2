/** HTML whose values cannot become markup by mistake: a value in a template is text unless it is markup itself. */
import { type Drawing, inlineSvg } from '../charts/drawing.js';
import { escapeHtml } from '../support/escape-html.js';

export class Markup {
  constructor(readonly html: string) {}
}

type Part = Markup | string | number | undefined | readonly (Markup | string | undefined)[];

/** Fills a template: markup unchanged, lists one after the other, undefined as nothing, anything else as text. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(template.map((text, index) => (index === 0 ? text : `${render(parts[index - 1])}${text}`)).join(''));
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.html;
  return typeof part === 'object' ? part.map(render).join('') : escapeHtml(String(part));
}

/** A chart in a page that has `chartStyle`. */
export function svg(drawing: Drawing): Markup {
  return new Markup(inlineSvg(drawing));
}

/** A cell: text, or markup; numbers are texts that were rounded, aligned to the right. */
export type Cell = string | Markup | { readonly number: string };

/** A table that scrolls by itself where it is wider than the page. The first cell of a row is its heading. */
export function table(
  caption: string,
  headings: readonly (string | { readonly number: string })[],
  rows: readonly (readonly Cell[])[],
): Markup {
  const heading = (cell: (typeof headings)[number]): Markup =>
    typeof cell === 'string' ? html`<th scope="col">${cell}</th>` : html`<th scope="col" class="number">${cell.number}</th>`;
  const cell = (value: Cell, index: number): Markup => {
    if (index === 0) return html`<th scope="row">${value instanceof Markup || typeof value === 'string' ? value : value.number}</th>`;
    return value instanceof Markup || typeof value === 'string' ? html`<td>${value}</td>` : html`<td class="number">${value.number}</td>`;
  };
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${headings.map(heading)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table></div>`;
}

/** Details that most readers do not need, behind a line that they can open. */
export function details(summary: string, content: Markup): Markup {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}
