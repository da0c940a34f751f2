/** Opinions in any table: a CSV file, a list of objects in JSON, or a sheet of an xlsx workbook, with a row of names above. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../support/errors.js';
import { suggestNear } from '../support/nearest-name.js';
import { printable } from '../support/printable.js';
import { checkRated } from './check-rated.js';
import type { Direction, Opinions } from './opinions.js';
import { readAnyTable } from './tables/any-table.js';

/** Rows in which the names of columns are looked for. */
const mostTitles = 10;

/** Of names of columns in a message: characters, and how many. */
const [longestName, mostNames] = [60, 40];

/** A column that says which images belong together, such as distorted versions of one reference. */
export interface GroupColumn {
  readonly name: string;
  /** Default: a table without it has no groups. */
  readonly isRequired?: boolean;
}

export interface CsvColumns {
  /** Default: `image`. */
  readonly image?: string;
  /** Default: `mos`. */
  readonly opinion?: string;
  readonly group?: GroupColumn;
  /** Default: higher is better, unless the column's name has `dmos` in it: then it must be said. */
  readonly direction?: Direction;
}

/**
 * Reads a CSV file, JSON or workbook of opinions. An image may have several rows, one of each rater.
 * @param folder of the images; default: `images` beside the file, or the file's own.
 * @throws UserError when it cannot be read, or does not have the columns.
 */
export async function readCsvOpinions(path: string, columns: CsvColumns = {}, folder?: string): Promise<Opinions> {
  const lines = (await readAnyTable(path)).map((row) => row.map(withoutInvisible));
  const wanted = [columns.image ?? 'image', columns.opinion ?? 'mos'];
  const above = titlesAbove(lines, wanted);
  const [header, ...rows] = lines.slice(above);
  if (header === undefined) throw new UserError(`${path} is empty: a row of names is needed, such as image,mos.`);
  const place = (flag: string, name: string): number => {
    const same = header.filter((column) => column === name);
    if (same.length > 1) throw new UserError(`${path} has ${same.length} columns "${name}": which one is meant? Rename the others.`);
    const index = header.indexOf(name);
    if (index >= 0) return index;
    const anyCase = header.filter((column) => column.toLowerCase() === name.toLowerCase());
    if (anyCase.length === 1) return header.indexOf(anyCase[0]!);
    const shown = header.filter((column) => column !== '').map((column) => printable(column.slice(0, longestName)));
    throw new UserError(
      `${path} has no column "${name}".${suggestNear(name, shown)} Say which column it is with ${flag}; there are ${shown.slice(0, mostNames).join(', ')}.${/\.xls[mx]$/i.test(path) ? ' Of a workbook the first sheet is read.' : ''}`,
    );
  };
  const imageAt = place('--image-column', columns.image ?? 'image');
  const opinionName = columns.opinion ?? 'mos';
  const opinionAt = place('--mos-column', opinionName);
  if (columns.direction === undefined && /dmos/i.test(opinionName)) {
    throw new UserError(
      `Is a higher "${opinionName}" better or worse? Differential opinions are published both ways: state it with --direction higher or --direction lower.`,
    );
  }
  const { group } = columns;
  const groupAt = group && (group.isRequired ? place('--group-by', group.name) : header.indexOf(group.name));
  const rated = rows.map((row, index) => ({
    image: row[imageAt] ?? '',
    text: row[opinionAt] ?? '',
    place: `row ${above + index + 2}`,
    ...(groupAt !== undefined && groupAt >= 0 && { group: row[groupAt] ?? '' }),
  }));
  const beside = join(dirname(path), 'images');
  return {
    name: nameOf(path),
    direction: columns.direction ?? 'higher is better',
    folder: folder ?? (existsSync(beside) ? beside : dirname(path)),
    tableFolder: dirname(path),
    rated: checkRated(path, rated, true),
  };
}

/** A cell without the characters that nobody sees, such as zero-width spaces, which pages of the web put around copied words. */
function withoutInvisible(cell: string): string {
  return cell.replaceAll(/^\p{Cf}+|\p{Cf}+$/gu, '');
}

/** Rows above the row of names that spreadsheets have for people, such as a title over several columns: the number of them. */
function titlesAbove(lines: readonly (readonly string[])[], names: readonly string[]): number {
  const has = (row: readonly string[], name: string): boolean => row.some((cell) => cell.toLowerCase() === name.toLowerCase());
  return Math.max(
    0,
    lines.slice(0, mostTitles).findIndex((row) => names.every((name) => has(row, name))),
  );
}

/** `mos.csv` says nothing: its folder does. */
function nameOf(path: string): string {
  const name = basename(path, extname(path));
  const parent = basename(dirname(path));
  return /^(d?mos|opinions?|labels?|scores?)$/i.test(name) && parent !== '' && parent !== '.' ? parent : name;
}
