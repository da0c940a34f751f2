/** Escapes outside text (file names, user input) for HTML and SVG. */
import { directionMarks, escaped } from './printable.js';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control characters and halves of surrogate pairs, forbidden in XML and invisible in HTML. */
const unusable = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Replaces every character with a meaning in HTML, for elements and quoted attributes; marks that turn the direction of writing are shown. */
export function escapeHtml(text: string): string {
  return text
    .replace(unusable, '\uFFFD')
    .replace(directionMarks, escaped)
    .replace(/[&<>"']/g, (character) => entities[character]!);
}
