/** Outside text in Markdown: a name is shown as it is, on one line, and is no markup. */
import { directionMarks, escaped } from './printable.js';

/** The text for a paragraph or, without ends of lines, a cell of a table. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, '\uFFFD')
    .replace(directionMarks, escaped)
    .replaceAll(/[\\`*_{}[\]<>#|~&]/g, String.raw`\$&`);
}
