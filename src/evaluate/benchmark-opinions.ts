/** Opinions of the field's benchmarks, in the files that their authors publish. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchmarkDescription, BenchmarkLayout } from '../datasets/benchmark.js';
import { UserError } from '../support/errors.js';
import { ofFile, patiently } from '../support/files/passing-failures.js';
import { suggestName } from '../support/nearest-name.js';
import { checkRated, type TableRow } from './check-rated.js';
import type { Opinions } from './opinions.js';
import { type MatValue, readMatFile } from './tables/mat-file.js';
import { readSheetRows } from './tables/sheet.js';
import { readTextTable } from './tables/text-table.js';

/**
 * Reads the opinions of a benchmark of datasets.json.
 * @param folder of the images, where it is another than the benchmark's.
 * @throws UserError when it was not downloaded, or its files are not as described.
 */
export async function readBenchmarkOpinions(name: string, benchmark: BenchmarkDescription, folder?: string): Promise<Opinions> {
  const { path, images, direction, range, paper, homepage, licence, citation, layout } = benchmark;
  if (!(await exists(path))) {
    throw new UserError(
      `The benchmark ${name} is not in ${path}: download it from ${homepage} (${licence}), or state another path in datasets.json.`,
    );
  }
  const rated = await readLayout(path, layout);
  return {
    name,
    direction,
    ...(range && { range }),
    ...(paper && { paperSide: paper.side }),
    homepage,
    licence,
    citation,
    folder: folder ?? join(path, images.folder ?? '.'),
    rated,
  };
}

async function readLayout(root: string, layout: BenchmarkLayout) {
  switch (layout.format) {
    case 'text':
      return readText(root, layout);
    case 'xlsx': {
      const path = join(root, layout.file);
      const rows = await readSheetRows(path, layout.sheet);
      const headerRow = layout.headerRow ?? 1;
      // Sheets may end with rows of remarks or of nothing.
      const named = tableRows(path, rows.slice(headerRow - 1), { ...layout, header: true, firstRow: headerRow });
      return checkRated(
        path,
        named.filter(({ text }) => text !== ''),
      );
    }
    case 'mat':
      return readMatlab(root, layout);
  }
}

async function readText(root: string, layout: BenchmarkLayout & { format: 'text' }) {
  const paths = (await Promise.all(layout.files.map((file) => textFiles(join(root, file))))).flat();
  const rows: TableRow[] = [];
  for (const path of paths) {
    const header = layout.header ?? true;
    const table = await readTextTable(path, { spaces: layout.spaces ?? false });
    for (const row of tableRows(path, table, { ...layout, header, firstRow: 1 })) rows.push(row);
  }
  return checkRated(paths.join(', '), rows);
}

/** The file, or the text files of the folder. */
async function textFiles(path: string): Promise<string[]> {
  const status = await ofFile(path, (one) => stat(one));
  if (!status?.isDirectory()) return [path];
  const names = (await patiently(() => readdir(path))).filter((name) => /\.(txt|csv)$/i.test(name)).sort();
  if (names.length === 0) throw new UserError(`${path} has no text files with opinions in it.`);
  return names.map((name) => join(path, name));
}

interface Columns {
  readonly header: boolean;
  readonly firstRow: number;
  readonly image: string;
  readonly opinion: string;
  readonly reference?: string | undefined;
  readonly rename?: Readonly<Record<string, string>> | undefined;
}

function tableRows(path: string, rows: readonly (readonly string[])[], columns: Columns): TableRow[] {
  const { header, firstRow, image, opinion, reference, rename = {} } = columns;
  const names = header ? (rows[0] ?? []).map((name) => name.trim()) : [];
  const indexOf = (column: string): number => {
    if (/^\d+$/.test(column)) return Number(column) - 1;
    const index = names.indexOf(column);
    if (index >= 0) return index;
    throw new UserError(
      `${path} has no column "${column}", which datasets.json says it has.${suggestName(
        column,
        names.filter((name) => name !== ''),
      )}`,
    );
  };
  const imageOf = template(image, indexOf, rename);
  const opinionOf = template(opinion, indexOf, {});
  const referenceOf = reference === undefined ? undefined : template(reference, indexOf, {});
  return rows.slice(header ? 1 : 0).map((row, index) => ({
    image: imageOf(row),
    text: opinionOf(row).trim(),
    ...(referenceOf && { group: referenceOf(row) }),
    place: `row ${firstRow + (header ? 1 : 0) + index}`,
  }));
}

/** `DatabaseImage{Image Number:4}.JPG` as a function of a row. */
function template(text: string, indexOf: (column: string) => number, rename: Readonly<Record<string, string>>) {
  const parts = text.split(/(\{[^{}]+\})/).map((part) => {
    const [, column, digits] = /^\{(.+?)(?::(\d+))?\}$/.exec(part) ?? [];
    return column === undefined ? part : { index: indexOf(column), digits: Number(digits ?? 0) };
  });
  return (row: readonly string[]): string =>
    parts
      .map((part) => {
        if (typeof part === 'string') return part;
        const value = (row[part.index] ?? '').trim();
        return (Object.hasOwn(rename, value) ? rename[value]! : value).padStart(part.digits, '0');
      })
      .join('');
}

async function readMatlab(root: string, { images, opinion, skip = 0, pristine }: BenchmarkLayout & { format: 'mat' }) {
  const path = join(root, opinion.file);
  const opinions = await matVariable(root, opinion);
  const names =
    'numbered' in images
      ? images.numbered.flatMap(({ name, count }) => Array.from({ length: count }, (_, index) => name.replace('{1}', String(index + 1))))
      : (await matVariable(root, images)).map((cell) => textOf(cell));
  const references = pristine === undefined ? undefined : await matVariable(root, pristine);
  for (const [what, list] of [
    ['names of images', names],
    ['marks of references', references ?? names],
  ] as const) {
    if (list.length !== opinions.length)
      throw new UserError(`${path} has ${opinions.length} opinions, but there are ${list.length} ${what}.`);
  }
  const rows = names.map((image, index) => ({ image, text: String(opinions[index]), place: `place ${index + 1}` }));
  return checkRated(
    path,
    rows.filter((_, index) => index >= skip && !Number(references?.[index] ?? 0)),
  );
}

async function matVariable(
  root: string,
  { file, variable }: { readonly file: string; readonly variable: string },
): Promise<readonly MatValue[] | readonly number[]> {
  const path = join(root, file);
  const variables = await readMatFile(path);
  const value = variables.get(variable);
  if (value === undefined) throw new UserError(`${path} has no variable "${variable}".${suggestName(variable, [...variables.keys()])}`);
  if (typeof value === 'string') throw new UserError(`The variable "${variable}" of ${path} is a text, not an array.`);
  return value;
}

/** A text, or a cell with one in it. */
function textOf(value: MatValue | number): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value.length === 1 ? textOf(value[0]!) : '';
}

async function exists(path: string): Promise<boolean> {
  return (await ofFile(path, (one) => stat(one))) !== undefined;
}
