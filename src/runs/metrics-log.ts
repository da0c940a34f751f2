/** `metrics.jsonl`: what every step and every evaluation measured, one JSON object a line. */
import { type FileHandle, open } from 'node:fs/promises';
import { systemCodeOf, UserError } from '../support/errors.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { readRegularText } from '../support/files/regular-file.js';

/** One line. Numbers that are not finite become `null`: JSON has none. */
export interface MetricsRow {
  /** `step`, `evaluation`, ... */
  readonly kind: string;
  /** The step after which it was measured, counted from 1; 0 is before the first. */
  readonly step: number;
  readonly [name: string]: unknown;
}

/** Appends rows. Append every row of a step, then `sync`, then save that step's checkpoint: a resumed run then loses and repeats none. */
export class MetricsLog {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /**
   * Opens the log of a run to continue after a step: later rows, and a last line that a killed process left half-written,
   * are dropped. Step 0 keeps rows of step 0 only; a missing file is an empty one.
   * @throws UserError when the file cannot be read or written, or a line before its last is damaged.
   */
  static async open(path: string, afterStep: number): Promise<MetricsLog> {
    try {
      const text = await readText(path);
      const kept = parseLines(text, path).filter(({ row }) => row.step <= afterStep);
      const content = kept.map(({ line }) => `${line}\n`).join('');
      if (content !== text) await writeFileAtomically(path, content);
      return new MetricsLog(path, await open(path, 'a'));
    } catch (error) {
      throw fileError('open', path, error);
    }
  }

  /** @throws UserError when the row cannot be written whole (a full disk, for example): the run must stop. */
  async append(row: MetricsRow): Promise<void> {
    try {
      await this.file.appendFile(`${JSON.stringify(row)}\n`);
    } catch (error) {
      throw fileError('write', this.path, error);
    }
  }

  /** Waits until all rows are on disk. */
  async sync(): Promise<void> {
    try {
      await this.file.sync();
    } catch (error) {
      throw fileError('write', this.path, error);
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/**
 * The rows of a run, also of one that is being trained: a last line that is not finished yet is left out.
 * @throws UserError when the file cannot be read or another line is damaged.
 */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
  try {
    return parseLines(await readText(path), path).map(({ row }) => row);
  } catch (error) {
    throw fileError('read', path, error);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readRegularText(path, 2 ** 29 - 2 ** 20);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Lines that end: what follows the last line break was never finished. */
function parseLines(text: string, path: string): { line: string; row: MetricsRow }[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => ({ line, row: parseRow(line, `${path}, line ${index + 1},`) }));
}

function parseRow(line: string, place: string): MetricsRow {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // answered below, like any other line that is no row
  }
  if (typeof value === 'object' && value !== null && 'kind' in value && 'step' in value && Number.isInteger(value.step)) {
    return value as MetricsRow;
  }
  throw new UserError(`${place} is damaged: expected an object with "kind" and "step", but received ${JSON.stringify(line.slice(0, 60))}.`);
}
