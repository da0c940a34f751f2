/** Makes degraded pairs on several cores, so that the trainer does not wait for pixels. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import pLimit, { type LimitFunction } from 'p-limit';
import { UserError } from '../support/errors.js';
import type { DegradedPair, PairRequest } from './pair.js';
import type { PairWorkerData, PairWorkerFailure, PairWorkerReply, PairWorkerRequest } from './pair-worker.js';
import { UnusableImageError } from './unusable-image-error.js';

/** Most bytes of decoded images that a pool keeps, all its workers together. */
export const pairCacheBytes = 512 * 2 ** 20;

export interface PairPoolOptions {
  /** Worker threads; as many as cores when absent. */
  readonly workers?: number;
  /** Bound on the decoded images that all workers together keep. */
  readonly cacheBytes?: number;
}

/** Requests a worker holds at a time: one that it works on, one that waits there so that it never idles. */
const requestsPerWorker = 2;

/** An image stays with the worker that keeps it in memory unless that one has this many requests more than another. */
const patience = 4;

/** Buffers kept for the next pairs: as many as two batches of the usual size leave behind. */
const mostSpare = 16;

/** Which worker makes a pair, and how many there are, never changes the pair. */
export class PairPool {
  readonly #members: Member[];
  readonly #spare: ArrayBuffer[] = [];
  #closed = false;

  constructor({ workers = availableParallelism(), cacheBytes = pairCacheBytes }: PairPoolOptions = {}) {
    if (!Number.isInteger(workers) || workers < 1) throw new RangeError(`workers must be at least 1, but received ${workers}`);
    this.#members = Array.from({ length: workers }, () => new Member({ cacheBytes: cacheBytes / workers }));
  }

  get workers(): number {
    return this.#members.length;
  }

  /**
   * Makes a pair in a worker thread; see `makePair`.
   * @throws UnusableImageError as `makePair` does; Error when the worker ends or the pool is closed before the pair is made.
   */
  async make(request: PairRequest): Promise<DegradedPair> {
    if (this.#closed) throw new Error('the pool of pair workers is closed');
    const home = this.#members[hashOf(request.image.id) % this.#members.length]!;
    const idlest = this.#members.reduce((least, member) => (member.load < least.load ? member : least));
    return (home.load > idlest.load + patience ? idlest : home).make(request, this.#spare);
  }

  /** Takes back the pixels of a pair that nobody will read any more: their memory serves a pair to come. */
  release(pixels: Uint8Array<ArrayBuffer>): void {
    if (this.#spare.length < mostSpare) this.#spare.push(pixels.buffer);
  }

  /** Ends the workers; pairs not yet made are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#members.map((member) => member.close()));
  }
}

/** One worker thread and the requests that wait for it. */
class Member {
  readonly #worker: Worker;
  readonly #limit: LimitFunction = pLimit(requestsPerWorker);
  readonly #waiting = new Map<number, { resolve: (pair: DegradedPair) => void; reject: (error: Error) => void }>();
  #next = 0;
  #ended: Error | undefined;

  constructor(data: PairWorkerData) {
    // Flags of the main thread (--input-type, --inspect-brk) are not the worker's.
    this.#worker = new Worker(new URL('./pair-worker.js', import.meta.url), { workerData: data, execArgv: [] });
    this.#worker.on('message', (reply: PairWorkerReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#end(new Error(`a pair worker failed: ${error.message}`, { cause: error })));
    this.#worker.on('exit', (code) => this.#end(new Error(`a pair worker ended with code ${code}`)));
    // Only a pair that somebody waits for keeps the process alive.
    this.#worker.unref();
  }

  /** Requests not yet answered. */
  get load(): number {
    return this.#limit.activeCount + this.#limit.pendingCount;
  }

  /** @param spare buffers, of which one is used up. */
  make(request: PairRequest, spare: ArrayBuffer[]): Promise<DegradedPair> {
    return this.#limit(
      () =>
        new Promise((resolve, reject) => {
          if (this.#ended !== undefined) return reject(this.#ended);
          const id = this.#next++;
          const into = spare.pop();
          this.#worker.postMessage({ id, request, into } satisfies PairWorkerRequest, into ? [into] : []);
          this.#waiting.set(id, { resolve, reject });
          this.#worker.ref();
        }),
    );
  }

  async close(): Promise<void> {
    this.#end(new Error('the pool of pair workers was closed'));
    await this.#worker.terminate();
  }

  #settle(reply: PairWorkerReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('pair' in reply) waiting?.resolve(reply.pair);
    else waiting?.reject(errorOf(reply.failure));
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function errorOf({ kind, message, stack }: PairWorkerFailure): Error {
  if (kind === 'unusable image') return new UnusableImageError(message);
  if (kind === 'user error') return new UserError(message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** FNV-1a: spreads image ids over workers. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
