/** Breaks text at spaces, for terminals and documentation. */

/**
 * Lines of at most `width` characters, joined by a newline and `indent` spaces; words are never broken.
 * @param first columns already taken in the first line.
 */
export function wrapText(text: string, width: number, indent = 0, first = indent): string {
  const lines: string[] = [];
  let line = '';
  let room = width - first;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = '';
      room = width - indent;
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** The text with a capital letter first. */
export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
