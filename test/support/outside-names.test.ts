/** Names that attack whoever reads them: on a terminal, in HTML, in Markdown, in a spreadsheet. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignedRows } from '#antonym/evaluate/aligned-rows.js';
import { readSheetRows } from '#antonym/evaluate/tables/sheet.js';
import { csvCell } from '#antonym/support/csv-cell.js';
import { escapeHtml } from '#antonym/support/escape-html.js';
import { escapeMarkdown } from '#antonym/support/escape-markdown.js';
import { jsonLine, jsonText } from '#antonym/support/json-line.js';
import { pathLine } from '#antonym/support/path-line.js';
import { printable } from '#antonym/support/printable.js';
import { startProgress } from '#antonym/support/progress.js';
import { temporaryFolder } from './files/temporary-folder.js';

const names = [
  'a\u001b]0;title\u0007.jpg',
  'a\u001b[2Jb.jpg',
  '1.0000  best.jpg\r0.0000  worst.jpg',
  'a.jpg\n1.0000  forged.jpg',
  'invoice\u202egpj.exe',
  '\u2066x\u2069\u200f\u061c.jpg',
  'a\u009b31mred.jpg',
  'a\u2028b.jpg',
  'half \ud800 pair.jpg',
  '=cmd|calc!A1.jpg',
  '+1.jpg',
  '@sum.jpg',
  '-2+3.jpg',
  '\uff1d1.jpg',
  '\t=1.jpg',
  'comma, "quotes".jpg',
  'plain.jpg',
];
/** Characters that no reader may be given as they are: control characters, ends of lines, marks of direction. */
const active = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

test.each(names)('%j is one visible line wherever text is for people', (name) => {
  expect(printable(name)).not.toMatch(active);
  expect(
    alignedRows([
      ['image', 'score'],
      [name, '1'],
    ]).join('|'),
  ).not.toMatch(active);
  let said = '';
  const progress = startProgress('Scoring', { stream: { write: (text: string) => (said += text) } as unknown as NodeJS.WritableStream });
  progress.note(name);
  progress.succeed(name);
  expect(said.trimEnd().split('\n')).toEqual(['Scoring ...', printable(name), printable(name)]);
  expect(escapeMarkdown(name)).not.toMatch(active);
  expect(pathLine(name, true).slice(0, -1)).not.toMatch(active);
  expect(pathLine(name, false)).toBe(`${name}\n`);
  for (const space of [undefined, 2]) {
    const text = jsonText({ [name]: name }, space);
    expect(text.replaceAll('\n', '')).not.toMatch(active);
    expect(JSON.parse(text)).toEqual({ [name]: name });
  }
  const line = jsonLine({ [name]: name });
  expect(line.slice(0, -1)).not.toMatch(active);
  expect(JSON.parse(line)).toEqual({ [name]: name });
  expect(escapeHtml(name)).not.toMatch(active);
});

test('a name that is no attack is shown as it is, right-to-left ones too', () => {
  for (const name of ['Café été.jpg', 'שלום.jpg', '三月.jpg', '👩‍👩‍👧.jpg', "it's.jpg"]) expect(printable(name)).toBe(name);
});

test('printable text is never changed again', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => printable(printable(text)) === printable(text)));
});

/** Half a pair cannot be written as UTF-8. */
const table = [['image', 'score'], ...names.filter((name) => !/\p{Cs}/u.test(name)).map((name, index) => [name, String(index)])];
const csv = table.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
/** Without the apostrophe that keeps a spreadsheet from computing a name. */
const back = (cell: string): string => (/^'[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(cell) ? cell.slice(1) : cell);

test('a CSV file has the same rows in every reader, no formula, and the names can be had back', () => {
  const rows = parse(csv, { bom: false }) as string[][];
  expect(rows.map(([image, score]) => [back(image!), score])).toEqual(table);
  for (const [image] of rows) expect(image).not.toMatch(/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true })), { minLength: 1 }), (cells) => {
      const text = cells.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
      expect((parse(text, { relax_column_count: false, skip_empty_lines: false }) as string[][]).map(([name]) => back(name!))).toEqual(
        cells.map(([name]) => back(name)),
      );
    }),
  );
});

const hasPython = spawnSync('python3', ['-c', 'import csv']).status === 0;

const hasR = spawnSync('Rscript', ['--version']).status === 0;

test('R reads the same rows', ({ skip }) => {
  skip(!hasR, 'there is no R');
  const code = `
    rows <- read.csv(file("stdin", encoding = "UTF-8"), header = FALSE, colClasses = "character", strip.white = FALSE, encoding = "UTF-8")
    for (row in seq_len(nrow(rows))) for (cell in rows[row, ]) cat(paste(charToRaw(enc2utf8(cell)), collapse = ""), "\\n", sep = "")`;
  const { stdout } = spawnSync('Rscript', ['-e', code], { input: csv, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  const cells = stdout.trimEnd().split('\n');
  // to R, a carriage return ends a line, inside of quotes too
  const expected = (parse(csv) as string[][]).flat().map((cell) => cell.replaceAll('\r', '\n'));
  expect(cells.map((hex) => Buffer.from(hex, 'hex').toString())).toEqual(expected);
});

const hasSpreadsheet = spawnSync('ssconvert', ['--version']).status === 0;

test('a spreadsheet reads the same rows, and computes nothing', async ({ skip }) => {
  skip(!hasSpreadsheet, 'there is no Gnumeric');
  // no workbook has control characters
  const shown = table.filter(([name]) => !/\p{Cc}/u.test(name!));
  const folder = await temporaryFolder();
  const [from, to] = [join(folder, 'names.csv'), join(folder, 'names.xlsx')];
  await writeFile(from, shown.map((row) => `${row.map(csvCell).join(',')}\r\n`).join(''));
  expect(spawnSync('ssconvert', ['-I', 'Gnumeric_stf:stf_csvtab', from, to]).status).toBe(0);
  expect((await readSheetRows(to)).map(([name, score]) => [back(name!), score])).toEqual(shown);
});

test('Python reads the same rows', ({ skip }) => {
  skip(!hasPython, 'there is no python3');
  const code = 'import csv, io, json, sys; print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline="")))))';
  const { stdout } = spawnSync('python3', ['-c', code], { input: csv, encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual(parse(csv));
});
