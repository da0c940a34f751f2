/** Batches of rated images: a random crop of each at full resolution, and its normalized opinion. */
import { decodeImage } from '../../images/decode-image.js';
import { cropImage, type Image } from '../../images/image.js';
import { type BatchOptions, numbersFrom } from '../../pairs/batches.js';
import { randomStream } from '../../support/random.js';
import { resultsAhead } from '../../support/results-ahead.js';
import { normalizedOpinion, type OpinionSet, type RatedTrainingImage } from './opinion-set.js';

export interface OpinionBatch {
  readonly step: number;
  /** [batchSize, crop, crop, 3], RGB, 0..255. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** [batchSize], 0 worst, 1 best. */
  readonly opinions: Float32Array<ArrayBuffer>;
  /** The image of each, and the place of its crop. */
  readonly records: readonly { readonly image: string; readonly left: number; readonly top: number; readonly isMirrored: boolean }[];
}

export interface OpinionBatchOptions {
  readonly seed: number;
  readonly crop: number;
  readonly batchSize: number;
  /** The number of the first batch: 0, or that of a resumed run. */
  readonly firstStep: number;
  /** See `BatchOptions`. */
  readonly share?: BatchOptions['share'];
}

/** Made ahead: one is ready when the step ends, one covers for slow images. */
const batchesAhead = 2;

/**
 * Endless batches. Place k shows the image at place k modulo n of epoch floor(k / n): every epoch visits all images in an order of its own, and
 * an image has another crop, mirrored or not, in every epoch. Batch s depends on s and the options alone.
 */
export function opinionBatches(set: OpinionSet, options: OpinionBatchOptions): AsyncGenerator<OpinionBatch, never> {
  const made = resultsAhead(numbersFrom(options.firstStep, options.share), batchesAhead, (step) => makeOpinionBatch(set, options, step));
  return made as AsyncGenerator<OpinionBatch, never>;
}

/** One batch. */
export async function makeOpinionBatch(
  { training, range }: OpinionSet,
  { seed, crop, batchSize }: Pick<OpinionBatchOptions, 'seed' | 'crop' | 'batchSize'>,
  step: number,
): Promise<OpinionBatch> {
  const bytes = crop * crop * 3;
  const pixels = new Uint8Array(batchSize * bytes);
  const places = Array.from({ length: batchSize }, (_, place) => step * batchSize + place);
  const drawn = await Promise.all(
    places.map(async (place, at) => {
      const epoch = Math.floor(place / training.length);
      const rated = orderOf(training, seed, epoch)[place % training.length]!;
      const image = await decodeImage(rated.path);
      const random = randomStream(seed, 'opinion crop', rated.image, epoch);
      const record = {
        image: rated.image,
        left: random.integer(image.width - crop + 1),
        top: random.integer(image.height - crop + 1),
        isMirrored: random.uniform() < 0.5,
      };
      const part = cropImage(image, record.left, record.top, crop, crop);
      pixels.set(record.isMirrored ? mirrored(part) : part.data, at * bytes);
      return { record, opinion: normalizedOpinion(rated.opinion, range) };
    }),
  );
  return { step, pixels, opinions: Float32Array.from(drawn, ({ opinion }) => opinion), records: drawn.map(({ record }) => record) };
}

function orderOf(images: readonly RatedTrainingImage[], seed: number, epoch: number): readonly RatedTrainingImage[] {
  return randomStream(seed, 'opinion epoch', epoch).shuffle(images);
}

/** Left and right exchanged: quality does not depend on it. */
function mirrored({ width, height, data }: Image): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    const from = (row * width + (width - 1 - column)) * 3;
    result.set(data.subarray(from, from + 3), pixel * 3);
  }
  return result;
}
