/** Tables on a terminal. */
import { printable } from '../support/printable.js';

/** Lines in which the cells of a column begin below each other. @param given rows, not empty; equally long */
export function alignedRows(given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(printable));
  const widths = rows[0]!.map((_, column) => rows.reduce((widest, row) => Math.max(widest, row[column]!.length), 0));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
