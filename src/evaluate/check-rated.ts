/** The checked content of a table: images' names, and opinions that are numbers. */
import { UserError } from '../support/errors.js';
import type { RatedImage } from './opinions.js';

/** One row of a table. */
export interface TableRow {
  readonly image: string;
  /** The opinion as it stands in the table. */
  readonly text: string;
  /** See `RatedImage`. */
  readonly group?: string;
  /** Place in the table, for messages: `row 3`. */
  readonly place: string;
}

/** No scale of opinions is longer. */
const largestOpinion = 1e9;

/**
 * The opinions of a table.
 * @param path for messages
 * @param severalRaters rows may repeat an image: each is the opinion of one person; otherwise every image is named once.
 * @throws UserError that names the row, or for a table without any.
 */
export function checkRated(path: string, rows: readonly TableRow[], severalRaters = false): RatedImage[] {
  if (rows.length === 0) throw new UserError(`${path} has no opinions in it.`);
  const seen = new Map<string, string>();
  const decimals = new Map<string, string>();
  const units = new Set(rows.map(({ text }) => unitOf(text)));
  requireNoThousands(path, rows);
  return rows.map(({ image, text: written, place, group }) => {
    // a unit says nothing if all have it
    const text = units.size === 1 ? written.trim().replace(unit, '') : written;
    if (image === '') throw new UserError(`${path}, ${place}: the image has no name.`);
    const opinion = parseOpinion(text);
    if (opinion === undefined) {
      throw new UserError(`${path}, ${place}: the opinion of ${image} must be a number, but received ${text.slice(0, 40) || 'nothing'}.`);
    }
    if (Math.abs(opinion) > largestOpinion)
      throw new UserError(`${path}, ${place}: the opinion of ${image} must be from -1e9 to 1e9, but received ${text.slice(0, 40)}.`);
    const [decimal] = /[.,]/.exec(text) ?? [];
    if (decimal !== undefined) decimals.set(decimal, place);
    if (decimals.size > 1) {
      throw new UserError(`${path}: decimals have a point in ${decimals.get('.')} and a comma in ${decimals.get(',')}: use one of them.`);
    }
    const earlier = seen.get(image);
    if (earlier !== undefined && !severalRaters) {
      throw new UserError(`${path}, ${place}: ${image} has an opinion already, in ${earlier}. Remove one.`);
    }
    seen.set(image, place);
    return { image: image.replaceAll('\\', '/'), opinion, ...(group !== undefined && group !== '' && { group }) };
  });
}

/** A percent sign, or the best of a scale as in `4/5`, at the end of an opinion. */
const unit = /\s*(?:%|\/\s*\d+)$/;

function unitOf(text: string): string {
  return unit.exec(text.trim())?.[0].replaceAll(/\s/g, '') ?? '';
}

/** @throws UserError where `1,950` beside `950` may be thousands: as a decimal it would be another opinion. */
function requireNoThousands(path: string, rows: readonly TableRow[]): void {
  const texts = rows.map(({ text }) => text.trim());
  const separated = texts.filter((text) => /[.,]/.test(text));
  const grouped = separated.map((text) => /^[+-]?([1-9]\d{0,2})[.,]\d{3}$/.exec(text)?.[1]);
  if (separated.length === 0 || grouped.includes(undefined)) return;
  const largest = Math.max(...grouped.map(Number));
  const plain = texts.find((text) => /^[+-]?\d{3}$/.test(text) && Math.abs(Number(text)) >= 10 * largest);
  if (plain !== undefined)
    throw new UserError(
      `${path}: ${separated[0]} may be thousands or have decimals, since there is ${plain}, too: write numbers without separators of thousands.`,
    );
}

/** A number as people and their programs write it, decimals after a point or a comma; undefined for anything else. */
function parseOpinion(text: string): number | undefined {
  const plain = text.trim().replace('\u2212', '-');
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  return Number(plain.replace(',', '.'));
}
