/** The worker thread of `PairPool`: makes requested pairs. */
import sharp from 'sharp';
import { loadImage } from '../datasets/load-image.js';
import { messageOf } from '../support/errors.js';
import { answerRequests, dataOfThread } from '../support/threads/answer-requests.js';
import { ImageCache } from './image-cache.js';
import { type DegradedPair, makePair, type PairRequest, UnusableImageError } from './pair.js';

export interface PairWorkerData {
  /** Limit of the decoded images kept by the worker, bytes. */
  readonly cacheBytes: number;
}

export interface PairWorkerRequest {
  readonly request: PairRequest;
  /** See `makePair`. */
  readonly into: ArrayBuffer | undefined;
}

/** A pair, or the reason why its image is unusable. */
export type PairWorkerReply = { readonly pair: DegradedPair } | { readonly unusable: string };

// Parallelism comes from the workers: libvips' own threads would only contend with them, and its cache of operations
// would hold memory for calls that never repeat. Both settings apply to the process, not the thread.
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
