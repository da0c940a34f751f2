/** The rows of a table in any kind of file that is read: text, JSON, or the first visible sheet of a workbook. */
import { UserError } from '../../support/errors.js';
import { mistakenFile } from '../../support/files/mistaken-file.js';
import { readJsonTable } from './json-table.js';
import { readBounded } from './read-bounded.js';
import { readSheetRows } from './sheet.js';
import { readTextTable } from './text-table.js';

const save = 'save it as CSV';
const unpack = 'unpack it';

/** First bytes of files, as Latin-1 text, that are often taken for tables. */
const others: readonly (readonly [start: string, is: string])[] = [
  ['PAR1', `a Parquet file: ${save}`],
  ['ARROW1', `an Arrow or Feather file: ${save}`],
  ['\x89HDF', `an HDF5 file: ${save}`],
  ['SQLite format 3', `a database of SQLite: ${save}`],
  ['\x93NUMPY', `an array of NumPy: ${save}`],
  ['\x80\x03', `a pickle of Python: ${save}`],
  ['\x80\x04', `a pickle of Python: ${save}`],
  ['\x80\x05', `a pickle of Python: ${save}`],
  ['MATLAB 5.0', `a MATLAB file: ${save}, or name the benchmark that it comes from`],
  ['%PDF', 'a PDF: copy its table into a sheet'],
  ['\x1f\x8b', `a gzip archive: ${unpack}`],
  ['BZh', `a bzip2 archive: ${unpack}`],
  ['\xfd7zXZ', `an xz archive: ${unpack}`],
  ['(\xb5/\xfd', `a Zstandard archive: ${unpack}`],
  ['\x89PNG', 'a picture'],
  ['\xff\xd8\xff', 'a picture'],
];

/**
 * Rows without any value are left out.
 * @throws UserError when the file cannot be read, or is no table.
 */
export async function readAnyTable(path: string): Promise<string[][]> {
  const head = (await readBounded(path)).subarray(0, 64).toString('latin1');
  // an old xls file is refused by whoever reads workbooks
  if (head.startsWith('PK\x03\x04') || head.startsWith('\xd0\xcf\x11\xe0')) {
    const rows = await readSheetRows(path);
    return rows.map((row) => row.map((value) => value.trim())).filter((row) => row.some((value) => value !== ''));
  }
  const other = others.find(([start]) => head.startsWith(start));
  if (other !== undefined) throw new UserError(`${path} is not a table, but ${other[1]}.`);
  if (/^(\xef\xbb\xbf)?\s*(\[\s*[{\]]|\{)/.test(head)) return readJsonTable(path);
  const mistaken = head.trim() === '' ? undefined : mistakenFile(Buffer.from(head, 'latin1'));
  if (mistaken !== undefined) throw new UserError(`${path} is not a table: ${mistaken}.`);
  return readTextTable(path);
}
