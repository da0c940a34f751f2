/** The worker thread of `PairPool`: makes the pairs it is asked for. */
import sharp from 'sharp';
import { loadImage } from '../datasets/load-image.js';
import { messageOf } from '../support/errors.js';
import { answerRequests, dataOfThread } from '../support/threads/answer-requests.js';
import { ImageCache } from './image-cache.js';
import { type DegradedPair, makePair, type PairRequest, UnusableImageError } from './pair.js';

export interface PairWorkerData {
  /** Bound on the decoded images that the worker keeps. */
  readonly cacheBytes: number;
}

export interface PairWorkerRequest {
  readonly request: PairRequest;
  /** See `makePair`. */
  readonly into: ArrayBuffer | undefined;
}

/** A pair, or why its image cannot be used. */
export type PairWorkerReply = { readonly pair: DegradedPair } | { readonly unusable: string };

// Parallelism comes from the workers: libvips' own threads would only contend with them, and its cache of operations
// would hold memory for calls that never repeat. Both settings are the process's, not the thread's.
sharp.concurrency(1);
sharp.cache(false);

const images = new ImageCache(dataOfThread<PairWorkerData>().cacheBytes, loadImage);

answerRequests<PairWorkerRequest, PairWorkerReply>(
  async ({ request, into }) => {
    try {
      return { pair: await makePair(request, (reference) => images.get(reference), into) };
    } catch (error) {
      if (error instanceof UnusableImageError) return { unusable: messageOf(error) };
      throw error;
    }
  },
  (reply) => ('pair' in reply ? [reply.pair.pixels.buffer] : []),
  // one image is decoded while crops of another are computed
  { isConcurrent: true },
);
