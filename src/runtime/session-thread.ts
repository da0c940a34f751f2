/** ONNX Runtime in a thread of its own, as promises. */
import { Worker } from 'node:worker_threads';
import type { ModelSignature, NamedTensors, SessionReply, SessionRequest } from './session-messages.js';

export interface SessionThreadOptions {
  /** Threads for the kernels of each model; default: the number of physical cores. */
  readonly threads?: number;
}

/**
 * A thread that owns ONNX Runtime models and a table of state tensors. Requests are answered in order.
 *
 * A model's inputs that a call does not feed are taken from the state; its outputs named `next.<name>` overwrite the state tensor
 * `<name>` in place (ONNX Runtime on the CPU writes preallocated outputs, which may alias inputs) and are not returned.
 */
export class SessionThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { resolve: (reply: SessionReply) => void; reject: (error: Error) => void }>();
  private readonly threads: number | undefined;
  private failure: Error | undefined;
  private lastId = 0;
  /** Requests that the thread has not answered, whether or not anyone still waits for the answer. */
  private unanswered = 0;
  private whenIdle = (): void => {};

  constructor(options: SessionThreadOptions = {}) {
    this.threads = options.threads;
    this.worker = new Worker(new URL('./session-worker.js', import.meta.url));
    this.worker.on('message', ({ id, reply, error }: { id: number; reply?: SessionReply; error?: string }) => {
      const request = this.waiting.get(id);
      this.waiting.delete(id);
      if (--this.unanswered === 0) {
        this.worker.unref();
        this.whenIdle();
      }
      if (error === undefined) request?.resolve(reply);
      else request?.reject(new Error(error));
    });
    this.worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    this.worker.on('exit', (code) => {
      this.unanswered = 0;
      this.fail(new Error(`the thread of ONNX Runtime ended with code ${code}`));
    });
    this.worker.unref();
  }

  /**
   * Loads a model under a name, replacing an earlier one.
   * @param source the path or the bytes of an ONNX file
   * @throws Error with ONNX Runtime's message when the model cannot be loaded.
   */
  async load(model: string, source: string | Uint8Array): Promise<ModelSignature> {
    return (await this.ask({ kind: 'load', model, source, threads: this.threads })) as ModelSignature;
  }

  /**
   * Runs a model.
   * @param feeds inputs by name; the buffers listed in `transfer` are moved to the thread and are gone for the caller
   * @param outputs the outputs to compute; default: all
   * @returns the outputs that are not state
   */
  async run(
    model: string,
    feeds: NamedTensors,
    options: { outputs?: readonly string[]; transfer?: readonly ArrayBuffer[] } = {},
  ): Promise<NamedTensors> {
    return (await this.ask({ kind: 'run', model, feeds, outputs: options.outputs }, options.transfer)) as NamedTensors;
  }

  /** Adds tensors to the state, or replaces them. Buffers in `transfer` move to the thread instead of being copied. */
  async writeState(tensors: NamedTensors, transfer: readonly ArrayBuffer[] = []): Promise<void> {
    await this.ask({ kind: 'write-state', tensors }, transfer);
  }

  /** Copies of state tensors; default: all. */
  async readState(names?: readonly string[]): Promise<NamedTensors> {
    return (await this.ask({ kind: 'read-state', names })) as NamedTensors;
  }

  /**
   * Ends the thread; outstanding requests fail at once. Settles when the call under way is over: ONNX Runtime's binding aborts the
   * whole process when its thread is ended in the middle of a call.
   */
  async close(): Promise<void> {
    this.fail(new Error('the thread of ONNX Runtime ended: it was closed'));
    if (this.unanswered > 0) {
      await new Promise<void>((resolve) => {
        this.whenIdle = resolve;
        this.worker.once('exit', () => resolve());
      });
    }
    await this.worker.terminate();
  }

  private ask(request: SessionRequest, transfer: readonly ArrayBuffer[] = []): Promise<SessionReply> {
    if (this.failure) return Promise.reject(this.failure);
    // Node.js 20 silently drops a message that transfers a buffer which has already gone
    if (transfer.some(({ byteLength }) => byteLength === 0)) return Promise.reject(new Error('a buffer to transfer is empty or gone'));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      // throws when a tensor's buffer has gone elsewhere: before the request counts as waiting
      this.worker.postMessage({ id, request }, [...transfer]);
      this.waiting.set(id, { resolve, reject });
      this.unanswered++;
      this.worker.ref();
    });
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
