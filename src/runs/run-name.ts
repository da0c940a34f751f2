/** Names of runs: they become folders on every system and arguments on every command line. */
import { UserError } from '../support/errors.js';

const longest = 80;
const allowed = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** Device names that Windows keeps for itself, with any extension, and the dot that it drops from the end of a name. */
const refusedByWindows = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|\.$/i;

/** @returns the name. @throws UserError when it cannot be the name of a run. */
export function checkRunName(name: string): string {
  if (name.length <= longest && allowed.test(name) && !refusedByWindows.test(name)) return name;
  throw new UserError(
    `A run's name must be 1 to ${longest} letters, digits, dots, dashes or underscores, start with a letter or digit and not end with a dot, ` +
      `but received ${JSON.stringify(name.slice(0, longest + 1))}.`,
  );
}

/** The beginning of a name made of parts, for example a backbone and the path of a folder: `clip-tiny-holiday-photos`. */
export function runNamePrefix(...parts: readonly string[]): string {
  const words = parts.map((part) => {
    const last = part.split(/[\\/]/).findLast((name) => /[A-Za-z0-9]/.test(name)) ?? '';
    return last
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .toLowerCase()
      .slice(0, 30);
  });
  return words.filter((word) => word !== '').join('-') || 'run';
}

/** `prefix-0001`, or the number after the highest one taken. */
export function numberedName(prefix: string, taken: readonly string[]): string {
  const numbers = taken.filter((name) => name.startsWith(`${prefix}-`)).map((name) => name.slice(prefix.length + 1));
  const highest = Math.max(0, ...numbers.filter((number) => /^\d{4,9}$/.test(number)).map(Number));
  return checkRunName(`${prefix}-${String(highest + 1).padStart(4, '0')}`);
}
