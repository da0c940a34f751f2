/** A list of commands, as help shows it. */
import { wrapText } from '../support/wrap-text.js';
import { helpWidth } from './help-width.js';

/** Names and summaries, aligned. */
export function summaryLines(rows: readonly (readonly [name: string, summary: string])[], width = helpWidth()): string {
  const indent = 4 + Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, summary]) => `  ${name}`.padEnd(indent) + wrapText(summary, width, indent)).join('\n');
}
