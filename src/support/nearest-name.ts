/** "Did you mean ...?" for every name that a person types. */
import { closest, distance } from 'fastest-levenshtein';

/**
 * The sentence ` Did you mean "levels"?` for a name that is close to a known one, else the list of known names.
 * Starts with a space, to follow the sentence that says what is wrong.
 */
export function suggestName(name: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(name.toLowerCase(), known as string[]);
  if (distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3)) return ` Did you mean "${nearest}"?`;
  return ` Known: ${known.join(', ')}.`;
}
