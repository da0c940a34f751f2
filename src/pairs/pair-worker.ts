/** The worker thread of `PairPool`: makes the pairs it is asked for. */
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { loadImage } from '../datasets/load-image.js';
import { messageOf, UserError } from '../support/errors.js';
import { ImageCache } from './image-cache.js';
import { type DegradedPair, makePair, type PairRequest } from './pair.js';
import { UnusableImageError } from './unusable-image-error.js';

export interface PairWorkerData {
  readonly cacheBytes: number;
}

export interface PairWorkerRequest {
  readonly id: number;
  readonly request: PairRequest;
  /** See `makePair`. */
  readonly into?: ArrayBuffer | undefined;
}

/** An error as plain data: the class would not survive the way between threads. */
export interface PairWorkerFailure {
  readonly kind: 'unusable image' | 'user error' | 'defect';
  readonly message: string;
  readonly stack?: string | undefined;
}

export type PairWorkerReply = { readonly id: number } & ({ readonly pair: DegradedPair } | { readonly failure: PairWorkerFailure });

if (parentPort === null) throw new Error('pair-worker.js is a worker thread; use PairPool');
const port = parentPort;

// Parallelism comes from the workers: libvips' own threads would only contend with them, and its cache of operations
// would hold memory for calls that never repeat. Both settings are the process's, not the thread's.
sharp.concurrency(1);
sharp.cache(false);

const images = new ImageCache((workerData as PairWorkerData).cacheBytes, loadImage);

port.on('message', async ({ id, request, into }: PairWorkerRequest) => {
  try {
    const pair = await makePair(request, (reference) => images.get(reference), into);
    port.postMessage({ id, pair } satisfies PairWorkerReply, [pair.pixels.buffer]);
  } catch (error) {
    const kind = error instanceof UnusableImageError ? 'unusable image' : error instanceof UserError ? 'user error' : 'defect';
    const failure = { kind, message: messageOf(error), stack: error instanceof Error ? error.stack : undefined } as const;
    port.postMessage({ id, failure } satisfies PairWorkerReply);
  }
});
