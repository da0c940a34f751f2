/** Training steps made by another process: one when asked, so that two can take turns, and each begins and ends with an empty card. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Step {
  readonly milliseconds: number;
  /** Peak memory of its process so far. */
  readonly peakMemoryMiB: number;
}

/** Between steps the process sleeps. */
export interface Steps<Facts> {
  /** Its description of itself when it is ready. */
  readonly facts: Facts;
  step(): Promise<Step>;
  /** Settles when its process has ended and has left the card. */
  close(): Promise<void>;
}

/**
 * Starts a program that prints a line of JSON when it is ready, and for every line of its standard input makes a step and prints another.
 * @param explain what to throw when it ends by itself, from the last line that it has said
 * @param folder where it runs; default: where this process does
 */
export async function startSteps<Facts>(
  command: string,
  args: readonly string[],
  explain: (said: string) => Error,
  folder?: string,
): Promise<Steps<Facts>> {
  const process = spawn(command, args, { cwd: folder });
  let said = '';
  process.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  process.stdin.on('error', () => {});
  const ended = new Promise<never>((_, reject) => {
    const fail = (): void => reject(explain(said.trim().split('\n').at(-1) || `no ${command}`));
    process.on('error', fail);
    process.on('close', fail);
  });
  ended.catch(() => {});
  const lines = createInterface(process.stdout)[Symbol.asyncIterator]();
  const next = async <Reply>(): Promise<Reply> => {
    const { value, done } = await Promise.race([lines.next(), ended]);
    return done ? ended : (JSON.parse(value) as Reply);
  };
  return {
    facts: await next<Facts>(),
    step() {
      process.stdin.write('\n');
      return next<Step>();
    },
    async close() {
      process.stdin.end();
      await ended.catch(() => {});
    },
  };
}
