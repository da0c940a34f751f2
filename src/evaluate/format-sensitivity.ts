/** A measured sensitivity as a table for people. */
import { counted } from '../support/counted.js';
import { printable } from '../support/printable.js';
import { alignedRows } from './aligned-rows.js';
import type { MeasuredSensitivity } from './write-sensitivity.js';

/** Lines of text, the last one ended: a row for each distortion, three columns for each model. */
export function formatSensitivity({ data, levels, crop, measures }: MeasuredSensitivity): string {
  const about =
    `${printable(data.name)}: ${counted(data.images, 'image')}, pristine and at ${levels} levels of severity. For each model: mean SRCC of score and severity\n` +
    `(-1 is perfect), pairs of levels in order (.5 is guessing), SRCC of the scores of two overlapping crops of ${crop} pixels`;
  const cells = ({ srcc, ordered, cropSrcc }: { srcc: number | null; ordered: number | null; cropSrcc: number | null }): string[] =>
    [srcc, ordered, cropSrcc].map((value) => (value === null ? '-' : value.toFixed(3)));
  const names = measures.length > 1 ? [['', ...measures.flatMap(({ name }) => [name, '', ''])]] : [];
  const rows = [
    ...names,
    ['distortion', ...measures.flatMap(() => ['SRCC', 'ordered', 'crops'])],
    ...measures[0]!.distortions.map(({ name }, index) => [name, ...measures.flatMap(({ distortions }) => cells(distortions[index]!))]),
    ['all', ...measures.flatMap(cells)],
  ];
  return [about, '', ...alignedRows(rows), ''].join('\n');
}
