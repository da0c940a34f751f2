/** ONNX Runtime in a thread of its own, as promises. */
import { RequestThread } from './request-thread.js';
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
   * @returns the outputs that are not state
   */
  async run(
    model: string,
    feeds: NamedTensors,
    options: { outputs?: readonly string[]; transfer?: readonly ArrayBuffer[] } = {},
  ): Promise<NamedTensors> {
    return (await this.thread.ask({ kind: 'run', model, feeds, outputs: options.outputs }, options.transfer)) as NamedTensors;
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
