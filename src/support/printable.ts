/** Names of files may hold anything, line breaks and commands to the terminal among it: printed, they must stay one line. */

/** Control characters, line and paragraph separators, and marks that turn the direction of writing. */
const unsafe = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with such characters written as in JavaScript: `a\nb.jpg`. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
