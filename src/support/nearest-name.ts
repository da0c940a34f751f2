/** "Did you mean ...?" for every name that a person types. */
import { distance } from 'fastest-levenshtein';

/** More names than these are no suggestion. */
const mostSuggested = 8;

/**
 * The sentence ` Did you mean "levels"?` for a name that is close to known ones, else the list of known names.
 * Starts with a space, to follow the sentence that says what is wrong.
 */
export function suggestName(name: string, known: readonly string[]): string {
  return suggestNear(name, known) || (known.length > 0 ? ` Known: ${known.join(', ')}.` : '');
}

/** The same for a message that lists the known names itself: empty where none is close. */
export function suggestNear(name: string, known: readonly string[]): string {
  const typed = plain(name);
  if (typed === '') return '';
  const costs = known.map((candidate) => costOf(typed, plain(candidate)));
  const least = Math.min(...costs);
  const near = known.filter((_, at) => costs[at] === least);
  if (least === Number.POSITIVE_INFINITY || near.length > mostSuggested) return '';
  const [last, ...others] = near.map((candidate) => `"${candidate}"`).reverse();
  return ` Did you mean ${others.length > 0 ? `${others.reverse().join(', ')} or ${last}` : last}?`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/^-+/, '');
}

/** Letters to change until the typed name is the known one or its beginning; infinite where too little would be left. */
function costOf(typed: string, known: string): number {
  const whole = distance(typed, known);
  // a first letter is seldom wrong
  const further = typed[0] === known[0] ? 0 : 0.5;
  const lengths = [typed.length - 1, typed.length, typed.length + 1];
  const beginning = Math.min(...lengths.map((length) => distance(typed, known.slice(0, Math.max(0, length)))));
  const isNear = whole <= Math.max(2, typed.length / 3) && whole < Math.max(typed.length, known.length);
  const isBeginning = beginning <= typed.length / 5;
  return Math.min(isNear ? whole + further : Number.POSITIVE_INFINITY, isBeginning ? beginning + further : Number.POSITIVE_INFINITY);
}
