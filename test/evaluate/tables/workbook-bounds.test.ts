import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSheetRows } from '#antonym/evaluate/tables/sheet.js';
import { requireBoundedWorkbook } from '#antonym/evaluate/tables/workbook-bounds.js';
import { UserError } from '#antonym/support/errors.js';
import { zip } from '../../support/archives/make-zip.js';
import { damages } from '../../support/files/damages.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const published = fileURLToPath(new URL('../golden/benchmarks/csiq/csiq.DMOS.xlsx', import.meta.url));

/** A workbook with one sheet of these rows. */
async function workbook(name: string, rows: string): Promise<string> {
  const path = join(folder, `${name}.xlsx`);
  const content = Buffer.from(`<worksheet><sheetData>${rows}</sheetData></worksheet>`);
  await writeFile(path, zip({ content, method: 8, names: ['xl/worksheets/sheet1.xml'] }));
  return path;
}

describe('a workbook', () => {
  test('as people save them is read', async () => {
    expect(await requireBoundedWorkbook(published)).toBe(1);
    expect((await readSheetRows(published, 'all_by_image')).length).toBe(7);
  });

  test.each([
    ['one cell far away', '<row r="1"><c r="XFD1048576"><v>1</v></c></row>', /cells up to row 1048576 and column 16384/],
    ['a row far away and a column', '<row r="1048576"><c r="A1"/></row><c r=\'ZZ1\'/>', /cells up to row 1048576 and column 702/],
    ['a place in other letters', '<c r="&#88;FD1048576"><v>1</v></c>', /it has the place/],
    ['gigabytes of spaces', ' '.repeat(2 ** 27), /its parts have \d+ bytes\. Save the columns that are needed as CSV\.$/],
  ])('with %s is refused before it is read', async (name, rows, message) => {
    const path = await workbook(name, rows);
    await expect(readSheetRows(path)).rejects.toThrow(message);
    await expect(readSheetRows(path)).rejects.toThrow(UserError);
  });

  test('that is damaged anywhere is refused in one line, or read', async () => {
    const path = join(folder, 'damaged.xlsx');
    const whole = await readFile(published);
    for (const damaged of [...damages(whole, 40), Buffer.concat([whole, Buffer.alloc(700)])]) {
      await writeFile(path, damaged);
      const found = await readSheetRows(path).catch((error: unknown) => error);
      if (Array.isArray(found)) continue;
      expect(found).toBeInstanceOf(UserError);
      expect((found as Error).message).toMatch(/damaged\.xlsx[^\n]+\.$/);
    }
  });
});
