/** A process that does one job of the proof after the other: starting one takes a second. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job } from './worker.js';

const worker = fileURLToPath(new URL('./worker.js', import.meta.url));

let answers = 0;

export class WorkerProcess {
  private readonly child = fork(worker, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  private readonly ended = once(this.child, 'exit');

  /** @param folder where jobs and answers are written. */
  constructor(private readonly folder: string) {}

  /** @returns the answer; undefined when the process was killed before. */
  async ask<Answer>(job: Job): Promise<Answer | undefined> {
    const [jobPath, answerPath] = ['job', 'answer'].map((kind) => join(this.folder, `${kind}-${answers}.json`)) as [string, string];
    answers++;
    await writeFile(jobPath, JSON.stringify(job));
    this.child.send([jobPath, answerPath]);
    const end = await Promise.race([once(this.child, 'message').then(() => undefined), this.ended]);
    if (end === undefined) return JSON.parse(await readFile(answerPath, 'utf8')) as Answer;
    const [code, signal] = end;
    if (signal === 'SIGKILL') return undefined;
    throw new Error(`the process ended with ${code ?? signal} before it answered`);
  }

  async close(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }
}
