/** The process that runs commands while their changes to files are watched: one for many cases, and one for each real kill. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answers, Job } from './worker.js';

const worker = fileURLToPath(new URL('./worker.js', import.meta.url));

type JobOf<Kind extends Job['kind']> = Extract<Job, { readonly kind: Kind }>;

/** Cases after which a process gives its memory back by ending. */
const mostJobs = 200;

export class CrashProcess {
  private child: ChildProcess | undefined;
  private jobs = 0;

  /** @returns the answer of a process that has its modules loaded. @throws when it ends before it answers. */
  async ask<Kind extends Job['kind']>(job: JobOf<Kind>): Promise<Answers[Kind]> {
    if (++this.jobs % mostJobs === 0) await this.end();
    this.child ??= fork(worker, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' });
    return answerOf(this.child, job);
  }

  async end(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

/** Runs a case in a process of its own, which SIGKILL ends before one of its changes. @returns false when it made fewer changes. */
export async function killAt(at: number, job: JobOf<'record'>): Promise<boolean> {
  const child = fork(worker, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' });
  const ended = once(child, 'exit');
  const survived = await answerOf(child, { ...job, kill: at }).then(
    () => true,
    () => false,
  );
  child.kill('SIGKILL');
  await ended;
  return !survived;
}

async function answerOf<Kind extends Job['kind']>(child: ChildProcess, job: JobOf<Kind>): Promise<Answers[Kind]> {
  const stop = new AbortController();
  const ended = once(child, 'exit', { signal: stop.signal }).then(([code, signal]) => {
    throw new Error(`the process ended with ${code ?? signal} before it answered`);
  });
  const answered = once(child, 'message', { signal: stop.signal });
  child.send(job);
  try {
    const [answer] = await Promise.race([answered, ended]);
    if (answer instanceof Error) throw answer;
    return answer as Answers[Kind];
  } finally {
    for (const waiting of [ended, answered]) waiting.catch(() => {});
    stop.abort();
  }
}
