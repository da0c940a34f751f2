/** A worker thread that answers requests in order, seen from the thread that asks. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../support/errors.js';
import { callsEnd, inCall, type NumberedReply, type NumberedRequest } from './request-messages.js';

/** What keeps each thread that is not closed from a call: see `endCalls`. */
const open = new Set<Int32Array>();
process.on('exit', () => {
  for (const calls of open) endCalls(calls);
});

export class RequestThread<Request, Reply> {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();
  private failure: Error | undefined;
  private lastId = 0;
  /** Shared with the thread: that it shall begin no other call, and whether it is in one. */
  private readonly calls = new Int32Array(new SharedArrayBuffer(8));
  /** Requests that the thread has not answered, whether or not anyone still waits for the answer. */
  private unanswered = 0;
  private whenIdle = (): void => {};

  /**
   * @param program of the worker, which calls `answerRequests`
   * @param name for errors: `the thread of ONNX Runtime`
   */
  constructor(
    program: URL,
    private readonly name: string,
  ) {
    // none of the program's flags: Node.js refuses `--input-type` for a file
    this.worker = new Worker(program, { workerData: this.calls, execArgv: [] });
    open.add(this.calls);
    this.worker.on('message', ({ id, reply, error }: NumberedReply<Reply>) => {
      const request = this.waiting.get(id);
      this.waiting.delete(id);
      if (--this.unanswered === 0) {
        this.worker.unref();
        this.whenIdle();
      }
      if (error === undefined) request?.resolve(reply as Reply);
      else request?.reject(error.isForUsers ? new UserError(error.message) : new Error(error.message));
    });
    this.worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    this.worker.on('exit', (code) => {
      this.unanswered = 0;
      open.delete(this.calls);
      this.fail(new Error(`${name} ended with code ${code}`));
    });
    this.worker.unref();
  }

  /** @param transfer buffers that move to the thread and are gone for the caller */
  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Reply> {
    if (this.failure) return Promise.reject(this.failure);
    // Node.js 20 silently drops a message that transfers a buffer which has already gone
    if (transfer.some(({ byteLength }) => byteLength === 0)) return Promise.reject(new Error('a buffer to transfer is empty or gone'));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const message: NumberedRequest<Request> = { id, request };
      // throws when a tensor's buffer has gone elsewhere: before the request counts as waiting
      this.worker.postMessage(message, [...transfer]);
      this.waiting.set(id, { resolve, reject });
      this.unanswered++;
      this.worker.ref();
    });
  }

  /**
   * Ends the thread; outstanding requests fail at once. Settles when the call under way is over: native bindings abort the whole
   * process when their thread is ended in the middle of a call.
   */
  async close(): Promise<void> {
    this.fail(new Error(`${this.name} ended: it was closed`));
    if (this.unanswered > 0) {
      await new Promise<void>((resolve) => {
        this.whenIdle = resolve;
        this.worker.once('exit', () => resolve());
      });
    }
    await this.worker.terminate();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** Blocks until the call under way is over, and lets no other begin: for a process that exits now, as `close` explains. */
function endCalls(calls: Int32Array): void {
  Atomics.store(calls, callsEnd, 1);
  Atomics.wait(calls, inCall, 1);
}
