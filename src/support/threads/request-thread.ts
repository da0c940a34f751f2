/** A worker thread that answers requests in order, seen from the thread that asks. */

import type { Worker, WorkerOptions } from 'node:worker_threads';
import { watchAwaited } from '../awaited.js';
import { counted } from '../counted.js';
import { messageOf, UserError } from '../errors.js';
import { NativeCalls } from './native-calls.js';
import { endMessage, type NumberedReply, type NumberedRequest, type PlainError, type RequestWorkerData } from './request-messages.js';

/** The thread itself failed: its program is missing or cannot start, or the thread ended. */
export class ThreadFailure extends Error {}

/** Calls of all threads that have not ended. */
const open = new Set<NativeCalls>();
process.on('exit', () => {
  for (const calls of open) calls.endNow();
});

export class RequestThread<Request, Reply> {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();
  private failure: Error | undefined;
  private lastId = 0;
  private readonly calls = NativeCalls.ofNewThread();
  private readonly exit: Promise<void>;
  /** The number of unanswered requests, including those no one waits for any more. */
  private unanswered = 0;
  private isClosing = false;

  /**
   * @param start makes the worker of an entry: `(options) => new Worker(new URL('./x-entry.js', import.meta.url), options)`, which bundlers follow
   * @param name for errors: `the thread of ONNX Runtime`
   * @param data plain data for the program, which reads it with `dataOfThread`
   */
  constructor(
    start: (options: WorkerOptions) => Worker,
    private readonly name: string,
    data?: unknown,
  ) {
    // none of the program's flags: Node.js refuses `--input-type` for a file
    const workerData: RequestWorkerData = { calls: this.calls.shared, data };
    this.worker = start({ workerData, execArgv: [] });
    open.add(this.calls);
    this.worker.on('message', ({ id, reply, error }: NumberedReply<Reply>) => {
      const request = this.waiting.get(id);
      this.waiting.delete(id);
      // the process must not end while the thread is being closed
      if (--this.unanswered === 0 && !this.failure) this.worker.unref();
      if (error === undefined) request?.resolve(reply as Reply);
      else request?.reject(errorOf(error));
    });
    this.worker.on('error', (error) => this.fail(new ThreadFailure(`${name} failed: ${messageOf(error)}`, { cause: error })));
    const watched = watchAwaited(() => this.awaited());
    this.exit = new Promise((resolve) => {
      this.worker.on('exit', (code) => {
        watched();
        open.delete(this.calls);
        this.fail(new ThreadFailure(`${name} ended with code ${code}`));
        resolve();
      });
    });
    this.worker.unref();
  }

  /** @param transfer buffers that move to the thread and are gone for the caller */
  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Reply> {
    if (this.failure) return Promise.reject(this.failure);
    // Node.js 20 silently drops a message that transfers a detached buffer
    if (transfer.some(({ byteLength }) => byteLength === 0)) return Promise.reject(new Error('a buffer to transfer is empty or detached'));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const message: NumberedRequest<Request> = { id, request };
      // throws for a detached buffer: before the request counts as waiting
      this.worker.postMessage(message, [...transfer]);
      this.waiting.set(id, { resolve, reject });
      this.unanswered++;
      this.worker.ref();
    });
  }

  /**
   * Ends the thread; outstanding requests fail at once. Settles when the call under way, or the loading of the program, is over and
   * everything the thread held is free.
   */
  async close(): Promise<void> {
    this.fail(new ThreadFailure(`${this.name} ended: it was closed`));
    this.isClosing = true;
    this.calls.close();
    this.worker.ref();
    // a thread that has not loaded its program yet ends by itself
    this.worker.postMessage(endMessage);
    await this.exit;
  }

  private awaited(): string | undefined {
    if (this.isClosing) return `the end of ${this.name}`;
    return this.waiting.size === 0 ? undefined : `${counted(this.waiting.size, 'answer')} of ${this.name}`;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

function errorOf({ message, code, stack }: PlainError): Error {
  if (code !== undefined) return new UserError(message, { code });
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
