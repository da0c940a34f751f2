/** Messages between the thread that owns ONNX Runtime sessions and the thread that uses it. */

import type { Place } from '../../tensors/place.js';
import type { NamedTensors } from '../../tensors/tensor-data.js';
import type { ModelSignature } from '../onnxruntime/model-signature.js';
import type { SessionSettings } from '../onnxruntime/session-options.js';
import type { AdamWUpdate, UpdatedNames } from '../state/adamw.js';

export interface RunRequest {
  readonly model: string;
  readonly feeds: NamedTensors;
  /** Default: all. */
  readonly outputs?: readonly string[] | undefined;
  /** State tensors to which outputs are added. */
  readonly added?: readonly string[] | undefined;
}

export type SessionRequest =
  | ({ readonly kind: 'load'; readonly model: string } & ModelSource)
  | ({ readonly kind: 'run' } & RunRequest)
  | { readonly kind: 'prepare-update'; readonly names: UpdatedNames; readonly batches: number }
  | { readonly kind: 'update'; readonly update: AdamWUpdate }
  | { readonly kind: 'write-state'; readonly tensors: NamedTensors }
  | { readonly kind: 'read-state'; readonly names: readonly string[] | undefined }
  | { readonly kind: 'places'; readonly names: readonly string[] }
  | { readonly kind: 'delete-state'; readonly names: readonly string[] }
  | { readonly kind: 'placement'; readonly model: string };

export type SessionReply = ModelSignature | NamedTensors | Placement | Places | undefined;

/** Addresses of tensors of the state, in the order of the names asked for. */
export interface Places {
  readonly places: readonly Place[];
}

export interface LoadOptions {
  /** Outputs of the file at a path that are not computed, nor what only they need; the signature has them. */
  readonly without?: readonly string[];
  /** Outputs that a device may write where the state tensor of their name lies: see `outputsInPlace`. */
  readonly inPlace?: readonly string[];
  /** True when a device records the launches of the first call and replays them in the others: see `CapturedModel`. */
  readonly isCaptured?: boolean;
}

export interface ModelSource extends LoadOptions {
  /** The path or the bytes of an ONNX file. */
  readonly source: Uint8Array | string;
  readonly settings: SessionSettings;
}

/** The part of a model that its device leaves to the processor: number of nodes of each operator. */
export interface Placement {
  readonly onProcessor: Readonly<Record<string, number>>;
}

/** A sentence for people; undefined when the device computes everything. */
export function describePlacement({ onProcessor }: Placement): string | undefined {
  const left = Object.entries(onProcessor);
  if (left.length === 0) return undefined;
  const list = left.map(([operator, count]) => `${count} ${operator}`).join(', ');
  return `The device cannot compute some nodes of the model; the processor does, and tensors travel: ${list}`;
}
