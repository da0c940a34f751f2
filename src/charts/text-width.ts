/** An estimate of the width of text, which cannot be measured: the reader's font is unknown. */

/** Width in pixels in a common sans-serif font, estimated too wide rather than too narrow. */
export function textWidth(text: string, size = 11): number {
  let width = 0;
  for (const character of text)
    width += /[ .,:;'|iljtf()[\]!-]/.test(character) ? 0.36 : /[mwMW@%\u2E80-\uFFFF]/.test(character) ? 0.95 : 0.6;
  return width * size;
}

/** The text, cut and ended by an ellipsis where it is wider than `width` pixels. */
export function fitText(text: string, width: number, size = 11): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}
