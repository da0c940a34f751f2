/** Names of files may hold anything, line breaks and commands to the terminal among it: shown to people, they must stay one line, and read as they are. */

/** Marks that turn the direction of writing: text behind them would be read in another order than it has. */
export const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Control characters, line and paragraph separators, halves of surrogate pairs. */
const controls = /[\p{Cc}\p{Cs}\u2028\u2029]/gu;
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with such characters written as in JavaScript: `a\nb.jpg`. */
export function printable(text: string): string {
  return text.replace(controls, escaped).replace(directionMarks, escaped);
}

/** A character as JavaScript writes it. */
export function escaped(character: string): string {
  return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
