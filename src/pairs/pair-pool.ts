/** Makes degraded pairs on several cores, so that the trainer does not wait for pixels. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import pLimit, { type LimitFunction } from 'p-limit';
import { fittingThreads } from '../support/open-files.js';
import { RequestThread } from '../support/threads/request-thread.js';
import { type DegradedPair, type PairRequest, UnusableImageError } from './pair.js';
import type { PairWorkerData, PairWorkerReply, PairWorkerRequest } from './pair-worker.js';

/** Most bytes of decoded images kept by a pool, all its workers together. */
export const pairCacheBytes = 512 * 2 ** 20;

export interface PairPoolOptions {
  /** Worker threads; default: one for each core. */
  readonly workers?: number;
  /** Limit of the decoded images kept by all workers together, bytes. */
  readonly cacheBytes?: number;
}

/** Requests at a worker at a time: one in progress and one waiting, so that it never idles. */
const requestsPerWorker = 2;

/** An image stays with the worker that holds it in memory unless that one has this many more requests than another. */
const patience = 4;

/** Buffers kept for the next pairs: those of two batches of the usual size. */
const mostSpare = 16;

/** A pool of worker threads; pairs depend on neither their number nor the assignment of work. */
export class PairPool {
  private readonly members: readonly Member[];
  private readonly spare: ArrayBuffer[] = [];
  private isClosed = false;

  constructor({ workers = availableParallelism(), cacheBytes = pairCacheBytes }: PairPoolOptions = {}) {
    if (!Number.isInteger(workers) || workers < 1) throw new RangeError(`workers must be at least 1, but received ${workers}`);
    const fitting = fittingThreads(workers);
    this.members = Array.from({ length: fitting }, () => new Member({ cacheBytes: cacheBytes / fitting }));
  }

  get workers(): number {
    return this.members.length;
  }

  /**
   * Makes a pair in a worker thread; see `makePair`.
   * @throws UnusableImageError as `makePair` does; Error when the worker ends or the pool is closed before the pair is made.
   */
  async make(request: PairRequest): Promise<DegradedPair> {
    if (this.isClosed) throw new Error('the pool of pair workers is closed');
    const home = this.members[hashOf(request.image.id) % this.members.length]!;
    const idlest = this.members.reduce((least, member) => (member.load < least.load ? member : least));
    return (home.load > idlest.load + patience ? idlest : home).make(request, this.spare);
  }

  /** Takes back the pixels of a pair that will not be read again: their memory serves a later pair. */
  release(pixels: Uint8Array<ArrayBuffer>): void {
    if (this.spare.length < mostSpare) this.spare.push(pixels.buffer);
  }

  /** Ends the workers; pairs not yet made are rejected at once. Settles when pairs in progress are finished. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.members.map((member) => member.close()));
  }
}

/** One worker thread and the requests waiting for it. */
class Member {
  private readonly thread: RequestThread<PairWorkerRequest, PairWorkerReply>;
  private readonly limit: LimitFunction = pLimit(requestsPerWorker);

  constructor(data: PairWorkerData) {
    this.thread = new RequestThread((options) => new Worker(new URL('./pair-entry.js', import.meta.url), options), 'a pair worker', data);
  }

  /** Requests not yet answered. */
  get load(): number {
    return this.limit.activeCount + this.limit.pendingCount;
  }

  /** @param spare buffers; one of them is used up. */
  make(request: PairRequest, spare: ArrayBuffer[]): Promise<DegradedPair> {
    return this.limit(async () => {
      const into = spare.pop();
      const reply = await this.thread.ask({ request, into }, into ? [into] : []);
      if ('unusable' in reply) throw new UnusableImageError(reply.unusable);
      return reply.pair;
    });
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}

/** FNV-1a: spreads image ids over workers. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
