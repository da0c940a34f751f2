/** Tables in workbooks of Excel (xlsx). */
import type { SheetData } from 'read-excel-file/universal';
import { asSentence, messageOf, UserError } from '../../support/errors.js';
import { readBounded } from './read-bounded.js';
import { mostCells, requireBoundedWorkbook } from './workbook-bounds.js';

/**
 * The rows of a sheet, values as text.
 * @param sheet its name; default: the first that is not hidden.
 * @throws UserError when the file cannot be read, is no xlsx, or has no such sheet.
 */
export async function readSheetRows(path: string, sheet?: string): Promise<string[][]> {
  const bytes = await readBounded(path);
  if (bytes.subarray(0, 4).toString('hex') === 'd0cf11e0') {
    // the name of the stream that holds the workbook (MS-OFFCRYPTO, section 2.3.4.4)
    if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le')))
      throw new UserError(`${path} is protected by a password: save it without one.`);
    throw new UserError(`${path} is an old xls file, which is not read: save it as xlsx or CSV.`);
  }
  const firstSeen = await requireBoundedWorkbook(path);
  // sixty modules that few need
  // not that for streams, which waits for ever where members do not lie one behind the other
  const { readSheet } = await import('read-excel-file/universal');
  const content = Uint8Array.from(bytes).buffer;
  const read = async (): Promise<SheetData> => readSheet(content, sheet ?? firstSeen);
  const rows = await read().catch((error) => {
    throw new UserError(`${path} is not a workbook that can be read: ${asSentence(messageOf(error).replaceAll(/\s+/g, ' '))}`);
  });
  if (rows.reduce((sum, row) => sum + row.length, 0) > mostCells) throw new UserError(`${path} has more than ${mostCells} cells.`);
  return rows.map((row) => row.map((value) => (value === null ? '' : value instanceof Date ? dayOf(value) : String(value))));
}

/** What Excel made of a text such as 3.5 or 1-2 is a day. */
function dayOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'a date' : date.toISOString().replace('T00:00:00.000Z', '');
}
