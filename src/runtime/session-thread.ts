/** ONNX Runtime in a thread of its own, as promises. */
import type { AdamWUpdate } from './adamw.js';
import { RequestThread } from './request-thread.js';
import type { ModelSignature, NamedTensors, SessionReply, SessionRequest } from './session-messages.js';

export interface SessionThreadOptions {
  /** Threads for the kernels of each model; default: the number of physical cores. */
  readonly threads?: number;
}

/**
 * A thread that owns ONNX Runtime models and a table of state tensors. Requests are answered in order.
 *
 * A model's inputs that a call does not feed are taken from the state; its outputs named `next.<name>` become the state tensor `<name>`
 * and are not returned. (ONNX Runtime would write them in place, but its binding copies every output all the same: two tensors
 * instead of one, while one that it allocates itself shares memory with what the call needs before.)
 */
export class SessionThread {
  private readonly thread = new RequestThread<SessionRequest, SessionReply>(
    new URL('./session-worker.js', import.meta.url),
    'the thread of ONNX Runtime',
  );

  constructor(private readonly options: SessionThreadOptions = {}) {}

  /**
   * Loads a model under a name, replacing an earlier one.
   * @param source the path or the bytes of an ONNX file
   * @throws Error with ONNX Runtime's message when the model cannot be loaded.
   */
  async load(model: string, source: string | Uint8Array): Promise<ModelSignature> {
    return (await this.thread.ask({ kind: 'load', model, source, threads: this.options.threads })) as ModelSignature;
  }

  /**
   * Runs a model.
   * @param feeds inputs by name; the buffers listed in `transfer` are moved to the thread and are gone for the caller
   * @param outputs the outputs to compute; default: all
   * @param added state tensors to which the outputs `next.<name>` are added, instead of replacing them
   * @returns the outputs that are not state
   */
  async run(
    model: string,
    feeds: NamedTensors,
    options: { outputs?: readonly string[]; added?: readonly string[]; transfer?: readonly ArrayBuffer[] } = {},
  ): Promise<NamedTensors> {
    const { outputs, added, transfer } = options;
    return (await this.thread.ask({ kind: 'run', model, feeds, outputs, added }, transfer)) as NamedTensors;
  }

  /** Takes a step of the optimizer on the state, in place; gradients leave the state. @returns the global norm of the gradient */
  async update(update: AdamWUpdate): Promise<number> {
    const { norm } = (await this.thread.ask({ kind: 'update', update })) as NamedTensors;
    return Number(norm!.data[0]);
  }

  /** Adds tensors to the state, or replaces them. Buffers in `transfer` move to the thread instead of being copied. */
  async writeState(tensors: NamedTensors, transfer: readonly ArrayBuffer[] = []): Promise<void> {
    await this.thread.ask({ kind: 'write-state', tensors }, transfer);
  }

  /** Copies of state tensors; default: all. */
  async readState(names?: readonly string[]): Promise<NamedTensors> {
    return (await this.thread.ask({ kind: 'read-state', names })) as NamedTensors;
  }

  /** Ends the thread; outstanding requests fail at once. Settles when the call under way is over. */
  async close(): Promise<void> {
    await this.thread.close();
  }
}
