/** Texts inside of regular expressions. */

/** The source of a regular expression that matches a text and nothing else. */
export function literalPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
