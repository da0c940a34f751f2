/** Tables as text, as Excel, LibreOffice and programs write them: whatever the encoding, the separator and the language. */
import { CsvError, parse } from 'csv-parse/sync';
import { decodeText } from '../../support/decode-text.js';
import { UserError } from '../../support/errors.js';
import { readBounded } from './read-bounded.js';
import { separatorOf, spaces as spaceSeparated } from './separator.js';

export interface TextTableOptions {
  /** Values are separated by spaces, however many, instead of commas, semicolons or tabs. */
  readonly spaces?: boolean;
}

/** Lines that are looked at as titles. */
const mostTitles = 10;
/** The tables of all benchmarks together have fewer cells. */
const mostCells = 5_000_000;

/**
 * The rows of a table, values as they stand there. Quotes protect separators; rows without any value are left out. A first line
 * `sep=;` names the separator, as Excel reads it.
 * @throws UserError when the file cannot be read or is no such table.
 */
export async function readTextTable(path: string, { spaces = false }: TextTableOptions = {}): Promise<string[][]> {
  const whole = decodeText(await readBounded(path));
  // as DOS ended texts
  const decoded = whole.endsWith('\u001a') ? whole.slice(0, -1) : whole;
  if (decoded.includes('\0')) throw new UserError(`${path} is not a table: it has bytes that no text has.`);
  if (spaces) return words(decoded);
  const [, named] = /^"?sep=(.)"?\r?\n?/i.exec(decoded) ?? [];
  const text = named === undefined ? withoutComments(decoded) : decoded.replace(/^.*\r?\n?/, '');
  const delimiter = named ?? separatorOf(text);
  if (delimiter === spaceSeparated) return words(text);
  if (count(text, delimiter) + count(text, '\n') > mostCells) throw new UserError(`${path} has more than ${mostCells} cells.`);
  try {
    let titles = 0;
    let first: { readonly width: number; readonly cells: number } | undefined;
    // rows of separators alone, and separators at the end of a row, say nothing, however many there are
    const onRecord = (row: string[], { lines }: { readonly lines: number }): string[] | null => {
      const cells = row.findLastIndex((value) => value.trim() !== '') + 1;
      if (cells === 0) return null;
      // a title of one cell may stand above the table
      if (first === undefined || (first.width === 1 && titles++ < mostTitles)) first = { width: row.length, cells };
      if (cells > first.width || row.length < first.cells)
        throw new UserError(`${path} is not a table: rows have different numbers of values (line ${lines}).`);
      return Array.from({ length: first.width }, (_, column) => row[column] ?? '');
    };
    const rows: string[][] = parse(text, {
      ...{ delimiter, trim: delimiter !== '\t', skipEmptyLines: true, relaxColumnCount: true, maxRecordSize: 2 ** 20 },
      // files that programs of two systems wrote to have both
      recordDelimiter: ['\r\n', '\n', '\r'],
      onRecord,
    });
    return delimiter === '\t' ? rows.map((row) => row.map((value) => value.trim())) : rows;
  } catch (error) {
    if (error instanceof CsvError) throw new UserError(`${path} is not a table: ${readable(error)}.`);
    throw error;
  }
}

function words(text: string): string[][] {
  const lines = text.split(/\r\n|\n|\r/);
  return lines.map((line) => line.trim().split(/\s+/)).filter(([first]) => first !== '');
}

/** Without lines before the table that begin with `#` and a space, as programs put remarks there. */
function withoutComments(text: string): string {
  return text.replace(/^(?:# [^\r\n]*(?:\r\n|\n|\r))+/, '');
}

function readable(error: CsvError): string {
  const row = 'lines' in error ? ` (line ${error.lines})` : '';
  if (/QUOTE/.test(error.code)) return `a quote (") stands where none may be, or does not end${row}`;
  return error.message.replaceAll(/\s+/g, ' ').slice(0, 200);
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found++;
  return found;
}
