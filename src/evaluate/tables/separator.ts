/** What separates the values of a table as text: its writer does not say. */

/** Characters at the beginning of the table that decide. */
const looked = 2 ** 16;
const mostLines = 50;

/** Spaces, however many. */
export const spaces = ' ';

/**
 * Comma, semicolon, tab or bar: the one that most lines have equally often; spaces where no line has any of these and all have as many words.
 * Quotes protect what is between them.
 */
export function separatorOf(text: string): string {
  const lines = text
    .slice(0, looked)
    .replaceAll(/"(?:[^"]|"")*"/g, 'x')
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .slice(0, mostLines);
  let best = { separator: ',', equal: 0, times: 0 };
  for (const separator of [',', ';', '\t', '|']) {
    const { value: times, equal } = mostFrequent(lines.map((line) => line.split(separator).length - 1));
    if (times > 0 && (equal > best.equal || (equal === best.equal && times > best.times))) best = { separator, equal, times };
  }
  if (best.times > 0 || lines.some((line) => /[,;\t|]/.test(line))) return best.separator;
  const words = new Set(lines.map((line) => line.trim().split(/\s+/).length));
  return lines.length > 1 && words.size === 1 && !words.has(1) ? spaces : best.separator;
}

/** The most frequent positive number, the larger of two; 0 where there is none. */
function mostFrequent(numbers: readonly number[]): { value: number; equal: number } {
  const times = new Map<number, number>();
  for (const number of numbers) if (number > 0) times.set(number, (times.get(number) ?? 0) + 1);
  return [...times].reduce(
    (best, [value, equal]) => (equal > best.equal || (equal === best.equal && value > best.value) ? { value, equal } : best),
    { value: 0, equal: 0 },
  );
}
