/** Results as a line of JSON, which may go to a terminal: names in it must not command it. */
import { printable } from './printable.js';

/** One line with its end. JSON takes what is escaped for what it was: readers get the value as it is. */
export function jsonLine(value: unknown): string {
  return `${printable(JSON.stringify(value))}\n`;
}
