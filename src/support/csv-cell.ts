/** Cells of CSV files, by RFC 4180: quoted where they hold commas, quotes or ends of lines. */

/** The text of a cell. */
export function csvCell(value: string | number): string {
  return typeof value === 'string' && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);
}
