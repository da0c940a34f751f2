/** Costs and benefits of a reduced precision: its scores beside those of the float32 file on the same images, its size and its speed. */

import { z } from 'zod';
import type { Image } from '../../images/image.js';
import { SessionThread } from '../../runtime/sessions/session-thread.js';
import { mean } from '../../statistics/mean.js';
import { orderChanges } from '../../statistics/order-changes.js';
import { quantile } from '../../statistics/quantile.js';
import { srcc } from '../../statistics/rank-correlation.js';
import { UserError } from '../../support/errors.js';
import { precisions, type ReducedPrecision } from './precisions.js';

const fileFigures = z.strictObject({
  precision: z.enum(precisions),
  /** Size of the model with its weights. */
  bytes: z.int(),
  /** One at a time, on the CPU of the machine that exported it, from the median time. */
  imagesPerSecond: z.number(),
});

export const precisionReportSchema = z.strictObject({
  precision: z.enum(precisions),
  /** The images scored: their number, their source, and the largest side among them, pixels. */
  images: z.strictObject({ source: z.string(), count: z.int(), largestSide: z.int() }),
  /** Origin of the scores: the file run here, or the same computation with every result rounded, as on a GPU. */
  scores: z.enum(['file', 'rounded']),
  /** Absolute differences of scores from those of the float32 file. */
  scoreDifference: z.strictObject({ largest: z.number(), mean: z.number() }),
  /** Between the scores of both files; null where it is not defined. */
  srcc: z.number().nullable(),
  /** Pairs of images that the float32 file tells apart, and the share of them that the other file orders otherwise, 0..1. */
  pairs: z.int(),
  changedPairs: z.number(),
  /** Float32 first. */
  files: z.tuple([fileFigures, fileFigures]),
});

export type PrecisionReport = Readonly<z.infer<typeof precisionReportSchema>>;

export interface ComparedImages {
  /** For people. */
  readonly source: string;
  /** Each of a size that the model takes, at least two. */
  readonly images: readonly Image[];
}

interface ModelFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Scores images with both files.
 * @param elsewhere the path of a model that computes the reduced one as other devices do, where the file does not here: its scores count
 * @throws UserError when a score of the reduced file is not a number: a value left the range of its precision.
 */
export async function comparePrecision(
  precision: ReducedPrecision,
  [reference, reduced]: readonly [ModelFile, ModelFile],
  { source, images }: ComparedImages,
  elsewhere?: string,
): Promise<PrecisionReport> {
  const thread = new SessionThread();
  try {
    const names = ['fp32', precision] as const;
    await thread.load('fp32', reference.path);
    await thread.load(precision, reduced.path);
    const scores: [number[], number[]] = [[], []];
    const milliseconds: [number[], number[]] = [[], []];
    // the first of each takes longer
    for (const name of names) await scoreOf(thread, name, images[0]!);
    for (const image of images) {
      for (const [index, name] of names.entries() as IterableIterator<[0 | 1, (typeof names)[0 | 1]]>) {
        const started = performance.now();
        scores[index].push(await scoreOf(thread, name, image));
        milliseconds[index].push(performance.now() - started);
      }
    }
    if (elsewhere !== undefined) {
      await thread.load('elsewhere', elsewhere);
      for (const [index, image] of images.entries()) scores[1][index] = await scoreOf(thread, 'elsewhere', image);
    }
    if (!scores[1].every(Number.isFinite)) {
      throw new UserError(`In ${precision}, the model gives scores that are not numbers: values leave its range. It was not written.`);
    }
    const differences = scores[0].map((score, index) => Math.abs(score - scores[1][index]!));
    const { pairs, changed } = orderChanges(...scores);
    const correlation = srcc(...scores);
    const speed = (index: 0 | 1): number => Number((1000 / quantile(milliseconds[index], 0.5)).toPrecision(3));
    return {
      precision,
      images: { source, count: images.length, largestSide: Math.max(...images.flatMap(({ width, height }) => [width, height])) },
      scores: elsewhere === undefined ? 'file' : 'rounded',
      scoreDifference: {
        largest: Math.max(...differences),
        mean: mean(differences),
      },
      srcc: Number.isNaN(correlation) ? null : correlation,
      pairs,
      changedPairs: changed,
      files: [
        { precision: 'fp32', bytes: reference.bytes, imagesPerSecond: speed(0) },
        { precision, bytes: reduced.bytes, imagesPerSecond: speed(1) },
      ],
    };
  } finally {
    await thread.close();
  }
}

async function scoreOf(thread: SessionThread, model: string, { width, height, data }: Image): Promise<number> {
  const feeds = { image: { dataType: 'uint8', shape: [1, height, width, 3], data } } as const;
  return Number((await thread.run(model, feeds, { outputs: ['score'] })).score!.data[0]);
}
