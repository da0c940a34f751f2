/** Text from outside (file names, words of a person) inside of HTML and SVG. */

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control characters and halves of surrogate pairs, which XML does not allow and HTML does not show. */
const unusable = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** The text with every character that HTML gives a meaning to replaced, for elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(unusable, '\uFFFD').replace(/[&<>"']/g, (character) => entities[character]!);
}
