/** Tables of figures, as people read them in a terminal and paste them into Markdown. */

/** @param rows of cells; the first is the header, and all columns but the first `names` are figures */
export function markdownTable(rows: readonly (readonly string[])[], names = 1): string {
  const [header = []] = rows;
  const widths = header.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column < names ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |\n`;
  const rule = widths.map((width, column) => (column < names ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [header, rule, ...rows.slice(1)].map(line).join('');
}
