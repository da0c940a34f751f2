/** Messages between the thread that calls MPI and the thread that uses it. */
import type { Place } from '../tensors/place.js';
import type { MpiFamily } from './mpi-library.js';

export interface PeerWorkerData {
  /** Not zero when all processes are to end: a thread that waits for others sees it. */
  readonly signal: Int32Array<SharedArrayBuffer>;
  /** Seconds to wait for the others, before it counts as a failure. */
  readonly limit: number;
}

export type PeerRequest =
  | { readonly kind: 'join'; readonly family: MpiFamily | undefined }
  | { readonly kind: 'sum'; readonly places: readonly Place[]; readonly card: number | undefined }
  | { readonly kind: 'total'; readonly numbers: Float64Array }
  | { readonly kind: 'share'; readonly bytes: Uint8Array | undefined; readonly from: number }
  | { readonly kind: 'leave' }
  | { readonly kind: 'abort' };

export interface Joined {
  readonly rank: number;
  /** Host of every process, by number. */
  readonly hosts: readonly string[];
  /** Name and version of the library. */
  readonly library: string;
}

export type PeerReply = Joined | Float64Array | Uint8Array | undefined;
