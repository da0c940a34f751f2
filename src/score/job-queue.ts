/** Jobs of which few run at a time: the others wait, may be called off while they do, and are refused beyond a limit. */
import { counted } from '../support/counted.js';
import { onAbort } from '../support/on-abort.js';
import { ModelError } from './errors.js';

interface WaitingJob {
  start(): void;
  refuse(reason: unknown): void;
}

export class JobQueue {
  private readonly jobs = new Set<WaitingJob>();
  private running = 0;
  private ended: { readonly reason: unknown } | undefined;

  /**
   * @param mostRunning jobs at a time.
   * @param mostWaiting jobs that `requirePlace` lets wait.
   */
  constructor(
    private readonly mostRunning: number,
    private readonly mostWaiting: number,
  ) {}

  /** Number of jobs that wait. */
  get waiting(): number {
    return this.jobs.size;
  }

  /** Number of jobs that run or wait. */
  get unfinished(): number {
    return this.running + this.jobs.size;
  }

  /** @throws what the queue ended with; ModelError where a new job would have to wait and as many as may wait do. */
  requirePlace(): void {
    if (this.ended) throw this.ended.reason;
    if (this.running < this.mostRunning || this.jobs.size < this.mostWaiting) return;
    const message = `${counted(this.jobs.size, 'image waits', 'images wait')}, as many as maxQueue allows: try again later.`;
    throw new ModelError(message, { code: 'ERR_ANTONYM_QUEUE_FULL' });
  }

  /**
   * Runs a job when its turn comes.
   * @param signal a job that is called off before its turn never runs; the result of one that runs is dropped, and its place is free at its end.
   * @throws the signal's reason, what the queue ended with, or what the job throws.
   */
  async run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.ended) throw this.ended.reason;
    if (this.running < this.mostRunning) this.running++;
    else await this.turn(signal);
    // it may have been called off since its turn came
    const work = signal?.aborted ? Promise.reject(signal.reason) : job();
    const free = (): void => this.startNext();
    work.then(free, free);
    return signal === undefined ? work : unlessAborted(work, signal);
  }

  /** Refuses every job that waits, and all that come. */
  end(reason: unknown): void {
    this.ended ??= { reason };
    for (const { refuse } of this.jobs) refuse(reason);
    this.jobs.clear();
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = onAbort(signal, () => {
        this.jobs.delete(job);
        reject(signal!.reason);
      });
      const settled = (settle: () => void): void => {
        forget();
        settle();
      };
      const job: WaitingJob = { start: () => settled(resolve), refuse: (reason) => settled(() => reject(reason)) };
      this.jobs.add(job);
    });
  }

  /** Gives the place of a job that has ended to the one that waits longest. */
  private startNext(): void {
    const [next] = this.jobs;
    if (next === undefined) {
      this.running--;
      return;
    }
    this.jobs.delete(next);
    next.start();
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(forget);
  });
}
