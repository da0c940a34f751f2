/** `metrics.jsonl`: what every step and every evaluation measured, one JSON object a line, each with a checksum of all before it. */
import { type FileHandle, open } from 'node:fs/promises';
import { systemCodeOf, UserError } from '../support/errors.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import { LineChain } from '../support/line-chain.js';

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
    private readonly chain: LineChain,
    private next: { readonly run?: string },
  ) {}

  /**
   * Opens the log of a run to continue after a step: later rows, and a last line that a killed process left half-written,
   * are dropped. Step 0 keeps rows of step 0 only; a missing file is an empty one.
   * @param run the identity of the run, which the first row states
   * @throws UserError when the file cannot be read or written, ends before the step, is of another run, or a line before its last is damaged.
   */
  static async open(path: string, afterStep: number, run?: string): Promise<MetricsLog> {
    try {
      const text = await readText(path);
      const kept = parseLines(text ?? '', path, run).filter(({ row }) => row.step <= afterStep);
      if (text !== undefined) requireStep(kept.at(-1)?.row.step ?? 0, afterStep, path);
      const chain = new LineChain();
      const content = kept.map(({ line }) => `${chain.sealText(line)}\n`).join('');
      if (content !== (text ?? '')) await writeFileAtomically(path, content);
      return new MetricsLog(path, await open(path, 'a'), chain, kept.length === 0 && run !== undefined ? { run } : {});
    } catch (error) {
      throw fileError('open', path, error);
    }
  }

  /** @throws UserError when the row cannot be written whole (a full disk, for example): the run must stop. */
  async append(row: MetricsRow): Promise<void> {
    try {
      await this.file.appendFile(`${this.chain.seal({ ...row, ...this.next })}\n`);
      this.next = {};
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
 * @param run the identity of the run, where another one's rows are to be refused
 * @throws UserError when the file cannot be read or another line is damaged.
 */
export async function readMetrics(path: string, run?: string): Promise<MetricsRow[]> {
  try {
    return parseLines((await readText(path)) ?? '', path, run).map(({ row }) => row);
  } catch (error) {
    throw fileError('read', path, error);
  }
}

/** Rows are on disk before the checkpoint of their step is. */
function requireStep(last: number, step: number, path: string): void {
  if (last >= step) return;
  throw new UserError(`${path} is cut off: it ends at step ${last}, and the checkpoint is of step ${step}. ${remedy}`);
}

const remedy = 'Restore the file, or remove it, to resume the run without the figures of earlier steps.';

/** @returns undefined when there is none */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readRegularText(path, 2 ** 29 - 2 ** 20);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Lines that end: what follows the last line break was never finished. */
function parseLines(text: string, path: string, run: string | undefined): { line: string; row: MetricsRow }[] {
  const chain = new LineChain();
  return text
    .split('\n')
    .slice(0, -1)
    .map((sealed, index) => {
      const place = `${path}, line ${index + 1},`;
      const line = chain.open(sealed);
      if (line === undefined)
        throw new UserError(`${place} is damaged: it does not match its checksum, or a line before it is missing. ${remedy}`);
      const { run: stated, ...row } = parseRow(line, place);
      if (stated !== undefined && run !== undefined && stated !== run) {
        throw new UserError(`${path} is of another run: it was begun with other options. ${remedy}`);
      }
      return { line, row };
    });
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
  throw new UserError(
    `${place} is damaged: expected an object with "kind" and "step", but received ${JSON.stringify(line.slice(0, 60))}. ${remedy}`,
  );
}
