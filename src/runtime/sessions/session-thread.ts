/** ONNX Runtime in a thread of its own, as promises. */
// biome-ignore lint/style/useNodejsImportProtocol: webpack follows workers of this name only
import { Worker } from 'worker_threads';
import { installedFile } from '../../support/installed-files.js';
import { RequestThread } from '../../support/threads/request-thread.js';
import type { Place } from '../../tensors/place.js';
import type { NamedTensors } from '../../tensors/tensor-data.js';
import type { DeviceSetup } from '../devices/device.js';
import type { ModelSignature } from '../onnxruntime/model-signature.js';
import type { AdamWUpdate, UpdatedNames } from '../state/adamw.js';
import type { LoadOptions, Placement, Places, SessionReply, SessionRequest } from './session-messages.js';

/** Device that computes models; default: the processor. */
export interface SessionThreadOptions extends Partial<DeviceSetup> {
  /** Threads for the kernels of each model; default: the number of physical cores. */
  readonly threads?: number;
  /** True where nodes are run as the model has them, which rounds in another way. */
  readonly isPlain?: boolean;
  /** True where other threads have work for the cores, too: see `SessionSettings`. */
  readonly leavesCores?: boolean;
}

/**
 * A thread that owns ONNX Runtime models and a table of state tensors. Requests are answered in order.
 *
 * A model's inputs that a call does not feed are taken from the state; its outputs named `next.<name>` become the state tensor `<name>`
 * and are not returned. On a device the state lies in its memory.
 */
export class SessionThread {
  private readonly thread = new RequestThread<SessionRequest, SessionReply>((options) => {
    const installed = installedFile('dist/runtime/sessions/session-entry.js');
    return installed ? new Worker(installed, options) : new Worker(new URL('./session-entry.js', import.meta.url), options);
  }, 'the thread of ONNX Runtime');

  constructor(private readonly options: SessionThreadOptions = {}) {}

  /**
   * Loads a model under a name, replacing an earlier one.
   * @param source the path or the bytes of an ONNX file
   * @throws UserError when the device is not available; Error with ONNX Runtime's message when the model cannot be loaded.
   */
  async load(model: string, source: string | Uint8Array, options: LoadOptions = {}): Promise<ModelSignature> {
    const { device = 'cpu', ...others } = this.options;
    return (await this.thread.ask({ kind: 'load', model, source, settings: { device, ...others }, ...options })) as ModelSignature;
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

  /** The nodes of a model that the device leaves to the processor; known once the model has run. */
  async placement(model: string): Promise<Placement> {
    return (await this.thread.ask({ kind: 'placement', model })) as Placement;
  }

  /**
   * Puts the state, written before, where `update` computes, and has places there ready for the gradients. (The first update would do the same,
   * with more memory.)
   * @param batches whose gradients an update sums up
   */
  async prepareUpdate(names: UpdatedNames, batches = 1): Promise<void> {
    await this.thread.ask({ kind: 'prepare-update', names, batches });
  }

  /**
   * Takes a step of the optimizer on state in the processor's memory, in place; gradients leave the state.
   * @returns the global norm of the gradient
   */
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

  /**
   * Where float32 tensors of the state lie, in the processor's memory or in that of a CUDA card, for another thread that computes on them. They
   * stay there until the next request, which must wait for that thread.
   */
  async places(names: readonly string[]): Promise<readonly Place[]> {
    const { places } = (await this.thread.ask({ kind: 'places', names })) as Places;
    return places;
  }

  /** Frees the memory of state tensors. */
  async deleteState(names: readonly string[]): Promise<void> {
    await this.thread.ask({ kind: 'delete-state', names });
  }

  /** Ends the thread; outstanding requests fail at once. Settles when the call under way is over. */
  async close(): Promise<void> {
    await this.thread.close();
  }
}
