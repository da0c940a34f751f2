/** The interface that executes the training step and holds its state; the loop does not know where either lives. */
import type { OwnParts, Peers } from '../../peers/peers.js';
import type { DeviceSetup } from '../../runtime/devices/device.js';
import type { NamedTensors } from '../../tensors/tensor-data.js';
import type { ModelDefinition } from '../graphs/model.js';
import type { Objective, RatedPart } from '../graphs/opinion-graph.js';
import type { OptimizerOptions } from '../graphs/update-graph.js';
import type { LossScaleOptions } from '../loss-scale.js';
import type { KeptState } from './kept-state.js';

/** Computed on the processor unless a device is given. */
export interface EngineOptions extends Partial<DeviceSetup>, Objective {
  readonly model: ModelDefinition;
  /** Batches in a step that this process computes, for which a device must have the memory; default: one. */
  readonly accumulate?: number;
  /** Side of the crops, pixels. */
  readonly crop: number;
  readonly optimizer: OptimizerOptions;
  /** Decay per step of the moving averages that the model is measured with; 0: measured as it is. Costs memory of the size of the model. */
  readonly averageDecay?: number;
  /** True when the backward pass computes most of the forward pass again instead of keeping it. */
  readonly recompute?: boolean;
  /** Seed of the initial values of parameters that are not given. */
  readonly seed: number;
  /** Values of parameters to start from; they move to the engine and cannot be used afterwards. */
  readonly parameters?: NamedTensors;
  /** Threads of the kernels; default: one per physical core. */
  readonly threads?: number;
  /** True when the device records the launches of the gradients and replays them. */
  readonly graphCapture?: boolean;
  /** `mixed`: products in half precision, with a scaled loss. Default: `fp32`. */
  readonly precision?: 'fp32' | 'mixed';
  /** Read in mixed precision only. */
  readonly lossScale?: LossScaleOptions;
  /** The processes that share the batches of a step; default: this one computes all. */
  readonly sharing?: StepSharing | undefined;
}

/** A step of several processes. */
export interface StepSharing {
  readonly peers: Peers;
  /** The batches of a step that this process computes. */
  readonly parts: OwnParts;
}

/** Those of a loss graph by name; `loss` is the sum of the others. */
export type Losses = Readonly<Record<string, number>> & { readonly loss: number };

export interface UpdateOptions {
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
}

export interface UpdateResult {
  /** The global norm of the gradient before clipping. Where it is not finite, no update was made. */
  readonly gradientNorm: number;
  /** In mixed precision. */
  readonly lossScale?: {
    /** Factor of this step's loss. */
    readonly scale: number;
    /** True when the step was skipped, so that the next one has a smaller scale. */
    readonly isSkipped: boolean;
    /** Steps that were skipped since training began. */
    readonly skippedSteps: number;
  };
}

export interface Engine {
  /** A note for the user before training starts, such as how slow it will be. */
  readonly notice?: string | undefined;
  /**
   * Adds the gradients of one batch of crops to the sum: their mean over batches is taken, but with opinions each is a part of one gradient.
   * @param crops uint8 RGB, [photographs, levels + 1, 2, side, side, 3]; with opinions [photographs, side, side, 3]
   * @param part the number of the batch among those of this process: 0 starts a new sum
   * @param parts batches of the step, those of all processes
   * @param rated what a batch of rated images sees of its update, where training is with opinions
   */
  accumulate(crops: Uint8Array, part: number, parts: number, rated?: RatedPart): Promise<Losses>;
  /**
   * Predictions of a batch as `accumulate` makes them. Present where the parts of an update see each other: see `seesOtherParts`.
   * @returns [photographs]
   */
  predict?(crops: Uint8Array): Promise<Float32Array>;
  /** Applies the sum of gradients, of all processes, to the parameters. */
  update(options: UpdateOptions): Promise<UpdateResult>;
  /**
   * Measurements of crops by the head, with running statistics.
   * @param crops uint8 RGB, [count, side, side, 3]
   * @returns [count, ...measuredShape]
   */
  measure(crops: Uint8Array, count: number): Promise<Float32Array>;
  /** A copy of everything that a checkpoint keeps. */
  readState(): Promise<NamedTensors>;
  /** The state before a step that may be left in its middle. */
  readonly kept: KeptState;
  /** Replaces state. */
  writeState(tensors: NamedTensors): Promise<void>;
  close(): Promise<void>;
}
