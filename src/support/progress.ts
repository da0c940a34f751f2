/** How far a long task is, on stderr: a line that moves on a terminal, a few plain lines everywhere else. Results go to stdout. */
import ora, { type Ora } from 'ora';
import { formatDuration } from './duration.js';

export interface Progress {
  /**
   * @param done how much of `total` is done; the time left follows from how long it took since the first call.
   * @param detail what else is worth seeing just now: `loss 0.12`.
   * @param amount how `done` and `total` are written; default: as they are.
   */
  update(done: number, total: number, detail?: string, amount?: (count: number) => string): void;
  /** A line that stays. */
  note(line: string): void;
  /** Runs something that writes to the terminal by other ways, so that the moving line is not in between. */
  aside(write: () => void): void;
  /** Ends with success. Only the first of `succeed`, `fail` and `stop` counts. */
  succeed(text?: string): void;
  /** Ends with failure. */
  fail(text?: string): void;
  /** Ends without a word. */
  stop(): void;
}

export interface ProgressOptions {
  readonly stream?: NodeJS.WritableStream;
  /** Milliseconds, from any start. */
  readonly now?: () => number;
}

/** Between two plain lines, milliseconds. */
const plainInterval = 5000;
/** Between two frames on a terminal, milliseconds. */
const frameInterval = 100;

/**
 * Starts to show a task. It neither keeps the program alive nor changes how keys and signals work, and it obeys `NO_COLOR`.
 * @param label what is being done: `Training`.
 */
export function startProgress(label: string, { stream = process.stderr, now = () => performance.now() }: ProgressOptions = {}): Progress {
  const line = isTerminal(stream) ? movingLine(stream) : plainLines(stream, now);
  let first: { readonly time: number; readonly done: number } | undefined;
  let ended = false;
  let complete = false;
  const end = (finish: () => void) => {
    if (!ended) finish();
    ended = true;
  };
  line.start(label);
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
      line.show(parts.join(', '), done >= total && !complete);
      complete = done >= total;
    },
    note: (text) => line.aside(() => stream.write(`${text}\n`)),
    aside: (write) => line.aside(write),
    succeed: (text = label) => end(() => line.succeed(text)),
    fail: (text = label) => end(() => line.fail(text)),
    stop: () => end(() => line.stop()),
  };
}

interface Line {
  start(text: string): void;
  /** @param atOnce however short ago another was shown */
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
 * ora draws, but its own timer would keep a program alive that has nothing else to do, so this one decides when; and ora would
 * read the keyboard to hide what is typed, which delays Ctrl-C.
 */
function movingLine(stream: NodeJS.WritableStream): Line {
  const spinner: Ora = ora({ stream, isEnabled: true, discardStdin: false, color: process.env.NO_COLOR ? false : 'cyan' });
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
 * One that can move its cursor: not a dumb one, and not the log of a continuous-integration service that looks like one. A
 * terminal that says it is 0 columns wide (some containers) would send ora into an endless loop.
 */
function isTerminal(stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }): boolean {
  return stream.isTTY === true && stream.columns !== 0 && process.env.TERM !== 'dumb' && !process.env.CI;
}
