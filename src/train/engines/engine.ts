/** What executes the training step and holds its state; the loop knows nothing of where either lives. */
import type { NamedTensors } from '../../tensors/tensor-data.js';
import type { LossName } from '../graphs/gradients-graph.js';

/** Those of `lossNamesOf`. */
export type Losses = Readonly<Record<Exclude<LossName, 'across'>, number> & { readonly across?: number }>;

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
    /** What the loss of this step was multiplied by. */
    readonly scale: number;
    /** Whether the step was skipped, so that the next one has a smaller scale. */
    readonly isSkipped: boolean;
    /** Steps that were skipped since training began. */
    readonly skippedSteps: number;
  };
}

export interface Engine {
  /** What is worth knowing before a training, such as how slow it will be. */
  readonly notice?: string | undefined;
  /**
   * Adds the gradients of one batch of crops to the sum.
   * @param crops uint8 RGB, [photographs, levels + 1, 2, side, side, 3]
   * @param part which of how many batches of the step this is: part 0 starts a new sum
   */
  accumulate(crops: Uint8Array, part: number, parts: number): Promise<Losses>;
  /** Applies the sum of gradients to the parameters. */
  update(options: UpdateOptions): Promise<UpdateResult>;
  /**
   * Similarities to the prompts, measured with running statistics.
   * @param crops uint8 RGB, [count, side, side, 3]
   * @returns [count, pairs, 2]
   */
  similarity(crops: Uint8Array, count: number): Promise<Float32Array>;
  /** A copy of everything that a checkpoint keeps. */
  readState(): Promise<NamedTensors>;
  /** Replaces state. */
  writeState(tensors: NamedTensors): Promise<void>;
  close(): Promise<void>;
}
