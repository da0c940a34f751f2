/** The part of a training step that depends on where it is computed: one interface, implemented by the processor and by devices. */
import type { ParameterSpec } from '../../backbones/parameters.js';
import type { Graph } from '../../graph/graph.js';
import { encodeOnnx } from '../../graph/onnx-file.js';
import { outputsInPlace } from '../../lowering/device/outputs-in-place.js';
import type { Peers } from '../../peers/peers.js';
import type { SessionThread } from '../../runtime/sessions/session-thread.js';
import type { AdamWUpdate } from '../../runtime/state/adamw.js';
import type { NamedTensors } from '../../tensors/tensor-data.js';
import type { LossGraph } from '../graphs/gradients-graph.js';
import type { OptimizerOptions } from '../graphs/update-graph.js';
import type { EngineOptions } from './engine.js';

/** Everything that a strategy is made from. */
export interface StepParts {
  readonly thread: SessionThread;
  readonly losses: LossGraph;
  readonly options: EngineOptions;
  readonly trained: readonly ParameterSpec[];
  /** The parameters and buffers that have a moving average. */
  readonly averaged: readonly ParameterSpec[];
  /** The part of an update that is the same in every step. */
  readonly update: OptimizerOptions & Pick<AdamWUpdate, 'parameters' | 'averages'>;
}

export interface StepStrategy {
  /** Names of the sums of gradients in the thread's state. */
  readonly gradients: readonly string[];
  /** Loads the model `gradients` (crops and state -> losses, gradients, updated buffers), and everything an update needs. */
  load(): Promise<void>;
  /**
   * Takes the memory of a step, once the state is there; the state does not change.
   * @param feeds a batch of crops, and the other inputs of `gradients` besides the state
   * @returns a note for the user before training starts
   * @throws Error that `isOutOfMemory` knows, where the memory does not suffice.
   */
  prepare(feeds: NamedTensors): Promise<string | undefined>;
  /** Replaces the sums of gradients by those over all processes. */
  sum(peers: Peers): Promise<void>;
  /**
   * AdamW with the sums of gradients.
   * @returns the norm of the gradient before clipping; where it is not finite, the state does not change
   */
  update(update: AdamWUpdate): Promise<number>;
}

/**
 * Loads a graph into a thread's sessions.
 * @param isCaptured true where the device replays it: see `CapturedModel`
 */
export async function loadGraph(thread: SessionThread, model: string, graph: Graph, isCaptured = false): Promise<void> {
  await thread.load(model, encodeOnnx(graph), { inPlace: outputsInPlace(graph), isCaptured });
}
