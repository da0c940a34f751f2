/** Cells of CSV files: by RFC 4180 for programs, and no formulas for spreadsheets. */

/** Beginnings that a spreadsheet takes for a formula, wide forms included (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/**
 * The text of a cell: quoted where it holds commas, quotes or ends of lines; before a text that would be a formula, an apostrophe. Rows are equal
 * in every reader; to have a name back that begins so, take the apostrophe away.
 */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = formula.test(value) && value !== '-' ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
