/** Copies of a model, each of which works on one image at a time. */
import type { SessionThread } from '../runtime/sessions/session-thread.js';

export class IdleThreads {
  private readonly idle: SessionThread[];
  private readonly waiting: ((thread: SessionThread) => void)[] = [];

  constructor(threads: readonly SessionThread[]) {
    this.idle = [...threads];
  }

  /** Gives work to a thread as soon as one is idle, in the order of calls. */
  async use<Result>(work: (thread: SessionThread) => Promise<Result>): Promise<Result> {
    const thread = this.idle.pop() ?? (await new Promise<SessionThread>((resolve) => this.waiting.push(resolve)));
    try {
      return await work(thread);
    } finally {
      const next = this.waiting.shift();
      if (next) next(thread);
      else this.idle.push(thread);
    }
  }
}
