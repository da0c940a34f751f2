/** The processes that train one model together, as seen from one of them. */

import { availableParallelism } from 'node:os';
import { counted } from '../support/counted.js';
import type { Place } from '../tensors/place.js';

/** Every process makes the same calls in the same order; each waits for all. */
export interface Peers {
  /** The number of this process, from 0. Process 0 prints, locks and writes. */
  readonly rank: number;
  readonly size: number;
  /** Host of every process, by number. */
  readonly hosts: readonly string[];
  /** The processor cores that are for this process. */
  readonly cores: number;
  /** Threads of a model's kernels; undefined: one for each physical core. */
  readonly threads: number | undefined;
  /** The number of this process among those on its machine, from 0. */
  readonly localRank: number;
  /** Their number. */
  readonly localSize: number;
  /** Name and version of the library that joins them. */
  readonly library: string;
  /** Seconds that a process may be late. */
  readonly limit: number;
  /** True where NCCL is asked for: then sums take place in the memory of cards. */
  readonly sumsOnCards: boolean;
  /**
   * Replaces values in memory by their sums over all processes, rounded to float32.
   * @param places of the same lengths in all
   * @param card the number of the card in whose memory they lie, where `sumsOnCards`; default: in the processor's
   */
  sum(places: readonly Place[], card?: number): Promise<void>;
  /** @param numbers as many in all processes @returns their sums over all processes */
  total(numbers: readonly number[] | Float64Array): Promise<Float64Array>;
  /** @param bytes of the process that shares them; others give none @returns them */
  share(bytes?: Uint8Array, from?: number): Promise<Uint8Array>;
  /** Takes leave of the others; later calls are not allowed. A second call does nothing. */
  close(): Promise<void>;
  /** Ends all processes, this one too. */
  abort(): Promise<never>;
}

/** A process that trains by itself. */
export const alone: Peers = {
  rank: 0,
  size: 1,
  hosts: [],
  library: 'nothing',
  cores: availableParallelism(),
  threads: undefined,
  localRank: 0,
  localSize: 1,
  limit: Number.POSITIVE_INFINITY,
  sumsOnCards: false,
  sum: async () => {},
  total: async (numbers) => Float64Array.from(numbers),
  share: async (bytes = new Uint8Array()) => bytes,
  close: async () => {},
  abort: async () => process.exit(1),
};

/** A line for people. */
export function describePeers({ size, hosts, cores, library }: Peers): string {
  const machines = new Set(hosts).size;
  const where = machines === 1 ? 'this machine' : `${machines} machines`;
  return `${size} processes on ${where} train together through ${library}, this one on ${counted(cores, 'core')}`;
}

/** The parts of an update that a process makes: of K parts those from floor(r K / N) to floor((r + 1) K / N) - 1. */
export interface OwnParts {
  readonly first: number;
  readonly count: number;
  readonly of: number;
}

export function partsOf({ rank, size }: Pick<Peers, 'rank' | 'size'>, parts: number): OwnParts {
  const first = Math.floor((rank * parts) / size);
  return { first, count: Math.floor(((rank + 1) * parts) / size) - first, of: parts };
}
