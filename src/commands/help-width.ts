/** The width of help, apart from what makes the help of options, which the help of the program does not need. */

/** Columns of the terminal; text wider than 120 is hard to read. */
export function helpWidth(columns = process.stdout.columns ?? (Number(process.env.COLUMNS) || 80)): number {
  return Math.min(120, Math.max(40, columns));
}
