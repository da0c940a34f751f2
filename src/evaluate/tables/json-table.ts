/** Tables in JSON: a list of objects, or an object a line, as programs write them. */
import { messageOf, UserError } from '../../support/errors.js';
import { readBounded } from './read-bounded.js';

/** The tables of all benchmarks together have fewer cells. */
const mostCells = 5_000_000;
/** No table has more columns. */
const mostColumns = 10_000;

const wanted = 'a list of objects, such as [{"image": "a.jpg", "mos": 3.5}], or such an object a line';

/**
 * The names of all keys, then the values of each object as text; what an object does not have is empty.
 * @throws UserError when the file cannot be read or holds anything else.
 */
export async function readJsonTable(path: string): Promise<string[][]> {
  const text = (await readBounded(path)).toString('utf8').replace(/^\ufeff/, '');
  const rows = parsed(text, path);
  const names: string[] = [];
  const known = new Set<string>();
  for (const row of rows) {
    if (!isObject(row)) throw new UserError(`${path} is JSON, but not ${wanted}.`);
    for (const name of Object.keys(row)) {
      if (!known.has(name)) names.push(name);
      known.add(name);
    }
    if (names.length > mostColumns) throw new UserError(`${path} is JSON, but not ${wanted}: it has more than ${mostColumns} keys.`);
  }
  if (rows.length * names.length > mostCells) throw new UserError(`${path} has more than ${mostCells} cells.`);
  return [names, ...rows.map((row) => names.map((name) => textOf((row as Record<string, unknown>)[name])))];
}

function parsed(text: string, path: string): readonly unknown[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  try {
    const whole: unknown = JSON.parse(text);
    if (Array.isArray(whole)) return whole;
    if (lines.length === 1) return [whole];
  } catch (error) {
    if (!text.trimStart().startsWith('{')) throw new UserError(`${path} is damaged JSON: ${messageOf(error).slice(0, 200)}.`);
    return lines.map((line, index) => {
      try {
        return JSON.parse(line);
      } catch (failure) {
        throw new UserError(`${path} is JSON, but not ${wanted} (line ${index + 1}: ${messageOf(failure).slice(0, 100)}).`);
      }
    });
  }
  throw new UserError(`${path} is JSON, but not ${wanted}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
