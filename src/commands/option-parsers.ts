/** From the text of a flag to its value: one message style for all commands. */
import { cropMultiple, largestCrop } from '../pairs/crops.js';
import { UserError } from '../support/errors.js';

/** A whole number in bounds, both inclusive. */
export function wholeNumber(flag: string, minimum: number, maximum = Number.POSITIVE_INFINITY): (text: string) => number {
  const bounds = maximum === Number.POSITIVE_INFINITY ? `, at least ${minimum}` : ` from ${minimum} to ${maximum}`;
  return (text) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
    throw new UserError(`${flag} must be a whole number${bounds}, but received ${shown(text)}`);
  };
}

/** A finite number in bounds, both inclusive. */
export function finiteNumber(flag: string, minimum: number, maximum = Number.POSITIVE_INFINITY): (text: string) => number {
  const bounds = maximum === Number.POSITIVE_INFINITY ? `, at least ${minimum}` : ` from ${minimum} to ${maximum}`;
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value >= minimum && value <= maximum) return value;
    throw new UserError(`${flag} must be a number${bounds}, but received ${shown(text)}`);
  };
}

/** The side of crops. */
export function cropSide(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= cropMultiple && value <= largestCrop && value % cropMultiple === 0) return value;
    throw new UserError(
      `${flag} must be a multiple of ${cropMultiple} from ${cropMultiple} to ${largestCrop}, but received ${shown(text)}`,
    );
  };
}

/** Names separated by commas, none of them empty. */
export function nameList(flag: string): (text: string) => string[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    if (names.every((name) => name !== '')) return names;
    throw new UserError(`${flag} must be names separated by commas, but received ${shown(text)}`);
  };
}

function shown(text: string): string {
  return /^[\w.+-]+$/.test(text) ? text : JSON.stringify(text);
}
