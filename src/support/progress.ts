/** Shows the progress of a long task on stderr: a moving line on a terminal, a few plain lines elsewhere. Results go to stdout. */
import type { Ora, Options as OraOptions } from 'ora';
import { watchAwaited } from './awaited.js';
import { formatDuration } from './duration.js';
import { printable } from './printable.js';

export interface Progress {
  /**
   * @param done completed part of `total`; the remaining time follows from the time since the first call.
   * @param detail further information: `loss 0.12`.
   * @param amount formats `done` and `total`; default: plain numbers.
   */
  update(done: number, total: number, detail?: string, amount?: (count: number) => string): void;
  /** A line that stays. All texts are shown with control characters escaped. */
  note(line: string): void;
  /** Runs something that writes to the terminal itself, with the moving line out of its way. */
  aside(write: () => void): void;
  /** Ends with success. Only the first of `succeed`, `fail` and `stop` counts. */
  succeed(text?: string): void;
  /** Ends with failure. */
  fail(text?: string): void;
  /** Ends silently. */
  stop(): void;
}

export interface ProgressOptions {
  readonly stream?: NodeJS.WritableStream;
  /** Milliseconds, from any start. */
  readonly now?: () => number;
}

/** Only a terminal needs it: it brings thirty modules. */
const ora = process.stderr.isTTY ? (await import('ora')).default : undefined;

/** Interval of plain lines, milliseconds. */
const plainInterval = 5000;
/** Interval of frames on a terminal, milliseconds. */
const frameInterval = 100;

/**
 * Starts to show a task. It neither keeps the program alive nor affects keys and signals, and it obeys `NO_COLOR`.
 * @param label name of the task: `Training`.
 */
export function startProgress(label: string, { stream = process.stderr, now = () => performance.now() }: ProgressOptions = {}): Progress {
  const line = ora !== undefined && isTerminal(stream) ? movingLine(ora, stream) : plainLines(stream, now);
  let first: { readonly time: number; readonly done: number } | undefined;
  let ended = false;
  let complete = false;
  const watched = watchAwaited(() => `"${label}"`);
  const end = (finish: () => void) => {
    if (!ended) finish();
    ended = true;
    watched();
  };
  line.start(printable(label));
  return {
    update(done, total, detail, amount = String) {
      if (ended) return;
      first ??= { time: now(), done };
      const parts = [`${label} ${amount(done)}/${amount(total)} (${Math.floor((100 * done) / total)} %)`];
      if (done > first.done && done < total) {
        const perUnit = (now() - first.time) / (done - first.done);
        parts.push(`${formatDuration(perUnit * (total - done))} left`);
      }
      if (detail !== undefined) parts.push(detail);
      line.show(printable(parts.join(', ')), done >= total && !complete);
      complete = done >= total;
    },
    note: (text) => line.aside(() => stream.write(`${printable(text)}\n`)),
    aside: (write) => line.aside(write),
    succeed: (text = label) => end(() => line.succeed(printable(text))),
    fail: (text = label) => end(() => line.fail(printable(text))),
    stop: () => end(() => line.stop()),
  };
}

interface Line {
  start(text: string): void;
  /** @param atOnce shows the line even if another was shown a moment ago */
  show(text: string, atOnce: boolean): void;
  aside(write: () => void): void;
  succeed(text: string): void;
  fail(text: string): void;
  stop(): void;
}

function plainLines(stream: NodeJS.WritableStream, now: () => number): Line {
  const print = (text: string) => stream.write(`${text}\n`);
  let next = now() + plainInterval;
  let shown = '';
  return {
    start: (text) => print(`${text} ...`),
    show(text, atOnce) {
      if ((now() < next && !atOnce) || text === shown) return;
      next = now() + plainInterval;
      shown = text;
      print(text);
    },
    aside: (write) => write(),
    succeed: print,
    fail: (text) => print(`${text}: failed`),
    stop: () => {},
  };
}

/**
 * ora draws, but this timer decides when: ora's own would keep an otherwise finished program alive. And ora would
 * read the keyboard to hide what is typed, which delays Ctrl-C.
 */
function movingLine(ora: (options: OraOptions) => Ora, stream: NodeJS.WritableStream): Line {
  const spinner = ora({ stream, isEnabled: true, discardStdin: false, color: process.env.NO_COLOR ? false : 'cyan' });
  const timer = setInterval(() => spinner.render(), frameInterval);
  timer.unref();
  const end = (finish: () => void) => {
    clearInterval(timer);
    finish();
  };
  return {
    start(text) {
      spinner.text = text;
      spinner.render();
    },
    show(text) {
      spinner.text = text;
    },
    aside(write) {
      spinner.clear();
      write();
    },
    succeed: (text) => end(() => spinner.succeed(text)),
    fail: (text) => end(() => spinner.fail(text)),
    stop: () => end(() => spinner.stop()),
  };
}

/**
 * True for a terminal that can move its cursor: neither a dumb one nor the log of a continuous-integration service. A
 * terminal with a reported width of 0 columns (some containers) would send ora into an endless loop.
 */
function isTerminal(stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }): boolean {
  return stream.isTTY === true && stream.columns !== 0 && process.env.TERM !== 'dumb' && !process.env.CI;
}
