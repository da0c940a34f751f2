/** Workbooks of others are bounded before they are read: readers make a grid up to the farthest cell, and a small archive may hold gigabytes. */

import { openZip } from '../../support/archives/zip-archive.js';
import { asSentence, messageOf, UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { openRegular } from '../../support/files/regular-file.js';

/** Bytes of all parts together: a million rows of a name and two numbers fit. */
const largestContent = 2 ** 27;
/** The tables of all benchmarks together have fewer cells. */
export const mostCells = 5_000_000;

/** The place of a row or cell as the attribute `r` of ECMA-376, Part 1, 18.3.1.4 and 18.3.1.73, states it; with `&` it may be any. */
const place = /\sr\s*=\s*(["'])(?:([A-Za-z]{0,9})(\d{1,15})|[^"']*&[^"']*)\1/g;
/** Bytes of a list of sheets. */
const largestList = 2 ** 20;
/** Characters of an attribute that may lie in two pieces. */
const longestPlace = 64;

/** Members of archives that are no workbook of Excel, and what these are. */
const others: readonly (readonly [member: RegExp, is: string])[] = [
  [/^xl\/workbook\.bin$/, 'a binary workbook (xlsb): save it as xlsx or CSV'],
  [/^content\.xml$/, 'a document of LibreOffice, such as ods: save it as xlsx or CSV'],
  [/^Index\/.*\.iwa$/, 'a document of Apple, such as Numbers: export it as CSV'],
  [/^word\//, 'a document of Word: copy its table into a sheet'],
  [/^(?!xl\/)/, 'a zip archive: unpack it'],
];

/**
 * @returns the place of the first sheet that is not hidden, from 1
 * @throws UserError when the archive is damaged or no workbook, holds too much, or has a cell too far away.
 */
export async function requireBoundedWorkbook(path: string): Promise<number> {
  const file = await openRegular(path).catch((error) => {
    throw fileError('read the opinions', path, error);
  });
  try {
    const zip = await openZip(file, path);
    const names = [...zip.members.keys()];
    const other = names.some((name) => /^xl\/.*\.xml$/i.test(name))
      ? undefined
      : others.find(([member]) => names.some((name) => member.test(name)));
    if (other !== undefined) throw new UserError(`${path} is not a table, but ${other[1]}.`);
    let firstSeen = 1;
    const parts = [...zip.members.values()].filter(({ name }) => name.endsWith('.xml') || name.endsWith('.rels'));
    const bytes = parts.reduce((sum, { size }) => sum + size, 0);
    if (bytes > largestContent) throw tooLarge(path, `its parts have ${bytes} bytes`);
    for (const part of parts) {
      const cells = { columns: 1, rows: 1 };
      let [rest, sheets] = ['', ''];
      const isList = part.name === 'xl/workbook.xml' && part.size <= largestList;
      for await (const piece of zip.content(part)) {
        const text = rest + Buffer.from(piece).toString('latin1');
        if (isList) sheets += Buffer.from(piece).toString('latin1');
        for (const [whole, , letters, digits] of text.matchAll(place)) {
          if (digits === undefined)
            throw new UserError(`${path} is not a workbook that can be read: it has the place ${whole.trim().slice(0, 40)}.`);
          cells.rows = Math.max(cells.rows, Number(digits));
          cells.columns = Math.max(cells.columns, columnOf(letters!));
        }
        if (cells.rows * cells.columns > mostCells) {
          throw tooLarge(path, `it has cells up to row ${cells.rows} and column ${cells.columns}`);
        }
        rest = text.slice(-longestPlace);
      }
      // ECMA-376, Part 1, 18.2.19
      const found = [...sheets.matchAll(/<(?:\w+:)?sheet\s[^>]*>/g)].findIndex(
        ([sheet]) => !/\sstate\s*=\s*["'](very)?hidden/i.test(sheet),
      );
      if (found > 0) firstSeen = found + 1;
    }
    return firstSeen;
  } catch (error) {
    const message = messageOf(error);
    if (error instanceof UserError && !message.startsWith(`${path} is damaged`)) throw error;
    throw new UserError(`${path} is not a workbook that can be read: ${asSentence(message.replace(`${path} is`, 'it is'))}`);
  } finally {
    await file.close();
  }
}

/** A is 1, Z 26, AA 27; no letters, of a row: 1. */
function columnOf(letters: string): number {
  return Math.max(
    1,
    [...letters.toUpperCase()].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0),
  );
}

function tooLarge(path: string, how: string): UserError {
  return new UserError(`${path} is too large for a table of opinions: ${how}. Save the columns that are needed as CSV.`);
}
