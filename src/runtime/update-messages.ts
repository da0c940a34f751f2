/** What the thread that holds the state and those that help it with an update say to each other. */
import type { AdamWStep, UpdatedTensors } from './adamw.js';

export type UpdateRequest =
  /** Takes tensors over; answered with the sum of squares of each gradient. */
  | { readonly kind: 'take'; readonly tensors: readonly UpdatedTensors[] }
  /** Takes the step with them, if there is one, and gives them back. */
  | { readonly kind: 'step'; readonly step: AdamWStep | undefined };

export type UpdateReply = { readonly squares: readonly number[] } | { readonly tensors: readonly UpdatedTensors[] };

export const arrayNames = ['parameter', 'first', 'second', 'gradient', 'average'] as const;

export function arraysOf(tensors: UpdatedTensors): Float32Array[] {
  return arrayNames.flatMap((name) => tensors[name] ?? []);
}

/** The memory of tensors, which moves with them from thread to thread. */
export function buffersOf(tensors: readonly UpdatedTensors[]): ArrayBuffer[] {
  return tensors.flatMap(arraysOf).map(({ buffer }) => buffer as ArrayBuffer);
}
