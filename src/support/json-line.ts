/** Results as JSON that may go to a terminal: names in it must not command it. */
import { directionMarks, escaped } from './printable.js';

/** One line with its end. JSON takes what is escaped for what it was: readers get the value as it is. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}

/** What `JSON.stringify` leaves as it is. */
const active = /[\u007f-\u009f\u2028\u2029]/gu;

/** The text of `JSON.stringify`, of one line or several; readers get the value as it is. */
export function jsonText(value: unknown, space?: number): string {
  return JSON.stringify(value, null, space).replace(active, escaped).replace(directionMarks, escaped);
}
