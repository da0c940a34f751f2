/** Tables as text: values separated by commas, semicolons, tabs or spaces. */
import { CsvError, parse } from 'csv-parse/sync';
import { UserError } from '../../support/errors.js';
import { readBounded } from './read-bounded.js';

export interface TextTableOptions {
  /** Values are separated by spaces, however many, instead of commas, semicolons or tabs. */
  readonly spaces?: boolean;
}

/**
 * The rows of a table, values as they stand there. Quotes protect separators; empty lines are left out.
 * @throws UserError when the file cannot be read or is no such table.
 */
export async function readTextTable(path: string, { spaces = false }: TextTableOptions = {}): Promise<string[][]> {
  const bytes = await readBounded(path);
  if (spaces) {
    const lines = bytes.toString('utf8').split(/\r?\n/);
    return lines.map((line) => line.trim().split(/\s+/)).filter(([first]) => first !== '');
  }
  const [firstLine = ''] = bytes.subarray(0, 4096).toString('utf8').split('\n', 1);
  const delimiter = [',', ';', '\t'].reduce((best, candidate) => (count(firstLine, candidate) > count(firstLine, best) ? candidate : best));
  try {
    return parse(bytes, { bom: true, delimiter, trim: true, skipEmptyLines: true, maxRecordSize: 2 ** 20 });
  } catch (error) {
    if (error instanceof CsvError) throw new UserError(`${path} is no table: ${error.message}`);
    throw error;
  }
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
