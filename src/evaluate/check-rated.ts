/** What a table says of images, checked: names that are given once, opinions that are numbers. */
import { UserError } from '../support/errors.js';
import type { RatedImage } from './opinions.js';

/** One row of a table. */
export interface TableRow {
  readonly image: string;
  /** Of the opinion: as it stands in the table. */
  readonly text: string;
  /** For messages: `row 3`. */
  readonly place: string;
}

/**
 * The opinions of a table.
 * @param path for messages
 * @throws UserError that names the row, or for a table without any.
 */
export function checkRated(path: string, rows: readonly TableRow[]): RatedImage[] {
  if (rows.length === 0) throw new UserError(`${path} has no opinions in it`);
  const seen = new Map<string, string>();
  return rows.map(({ image, text, place }) => {
    if (image === '') throw new UserError(`${path}, ${place}: the image has no name`);
    const opinion = Number(text.trim() === '' ? Number.NaN : text);
    if (!Number.isFinite(opinion)) {
      throw new UserError(`${path}, ${place}: the opinion of ${image} must be a number, but received ${text.slice(0, 40) || 'nothing'}`);
    }
    const earlier = seen.get(image);
    if (earlier !== undefined) throw new UserError(`${path}, ${place}: ${image} has an opinion already, in ${earlier}. Remove one`);
    seen.set(image, place);
    return { image: image.replaceAll('\\', '/'), opinion };
  });
}
