/** How wide text is about, where nobody can measure it: the reader's font is not known. */

/** Pixels of 11 px text in a common sans-serif font: rather too wide than too narrow. */
export function textWidth(text: string, size = 11): number {
  let width = 0;
  for (const character of text)
    width += /[ .,:;'|iljtf()[\]!-]/.test(character) ? 0.36 : /[mwMW@%\u2E80-\uFFFF]/.test(character) ? 0.95 : 0.6;
  return width * size;
}

/** The text, or its beginning and an ellipsis where it is wider than that many pixels. */
export function fitText(text: string, width: number, size = 11): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}
