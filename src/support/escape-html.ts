/** Escapes outside text (file names, user input) for HTML, SVG and XML. */
import { printable } from './printable.js';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Replaces every character with a meaning, for elements and quoted attributes; the text is one line, and what cannot be seen in it is shown. */
export function escapeHtml(text: string): string {
  return (
    printable(text)
      // forbidden in XML
      .replace(/[\uFFFE\uFFFF]/g, '\uFFFD')
      .replace(/[&<>"']/g, (character) => entities[character]!)
  );
}
