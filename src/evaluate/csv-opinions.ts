/** Opinions in a table of anybody's: a CSV file with a row of names above. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../support/errors.js';
import { suggestName } from '../support/nearest-name.js';
import { checkRated } from './check-rated.js';
import type { Direction, Opinions } from './opinions.js';
import { readTextTable } from './tables/text-table.js';

export interface CsvColumns {
  /** Default: `image`. */
  readonly image?: string;
  /** Default: `mos`. */
  readonly opinion?: string;
  /** Default: higher is better, unless the column's name has `dmos` in it: then it must be said. */
  readonly direction?: Direction;
}

/**
 * Reads a CSV file of opinions.
 * @param folder of the images; default: `images` beside the file, or the file's own.
 * @throws UserError when it cannot be read, or does not have the columns.
 */
export async function readCsvOpinions(path: string, columns: CsvColumns = {}, folder?: string): Promise<Opinions> {
  const [header, ...rows] = await readTextTable(path);
  if (header === undefined) throw new UserError(`${path} is empty: a row of names is needed, such as image,mos`);
  const place = (flag: string, name: string): number => {
    const index = header.indexOf(name);
    if (index >= 0) return index;
    throw new UserError(
      `${path} has no column "${name}".${suggestName(name, header)} Say which column it is with ${flag}; there are ${header.join(', ')}`,
    );
  };
  const imageAt = place('--image-column', columns.image ?? 'image');
  const opinionName = columns.opinion ?? 'mos';
  const opinionAt = place('--mos-column', opinionName);
  if (columns.direction === undefined && /dmos/i.test(opinionName)) {
    throw new UserError(
      `is a higher "${opinionName}" better or worse? Differential opinions are published both ways: say it with --direction higher or --direction lower`,
    );
  }
  const rated = rows.map((row, index) => ({ image: row[imageAt] ?? '', text: row[opinionAt] ?? '', place: `row ${index + 2}` }));
  const beside = join(dirname(path), 'images');
  return {
    name: nameOf(path),
    direction: columns.direction ?? 'higher is better',
    folder: folder ?? (existsSync(beside) ? beside : dirname(path)),
    rated: checkRated(path, rated),
  };
}

/** `mos.csv` says nothing: its folder does. */
function nameOf(path: string): string {
  const name = basename(path, extname(path));
  const parent = basename(dirname(path));
  return /^(d?mos|opinions?|labels?|scores?)$/i.test(name) && parent !== '' && parent !== '.' ? parent : name;
}
