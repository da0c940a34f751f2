/** Messages between the thread that owns TensorFlow.js and the engine that uses it. */
import type { SendableGraph } from '../../../graph/sendable-graph.js';
import type { NamedTensors } from '../../../tensors/tensor-data.js';

/** Gradients of an output of a graph, summed up in the state. */
export interface GradientRequest {
  readonly loss: string;
  /** Names of the inputs of which gradients are wanted, by the names of the sums. */
  readonly parameters: Readonly<Record<string, string>>;
  /** 0 starts new sums, 1 continues them. */
  readonly keep: 0 | 1;
  /** The part of this call in the sums. */
  readonly share: number;
}

export type TensorFlowRequest =
  | { readonly kind: 'start' }
  | { readonly kind: 'load'; readonly model: string; readonly graph: SendableGraph }
  | { readonly kind: 'run'; readonly model: string; readonly feeds: NamedTensors; readonly gradients: GradientRequest | undefined }
  | { readonly kind: 'write-state'; readonly tensors: NamedTensors }
  | { readonly kind: 'read-state' };

/** After `start`, a note for the user on the TensorFlow.js that was found. */
export type TensorFlowReply = NamedTensors | string | undefined;
