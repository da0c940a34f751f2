/** `held-out/scores.json`: an exported model's scores of crops that it never saw, by distortion and level, and the most telling of them as pictures. */
import { join } from 'node:path';
import { z } from 'zod';
import { distortions } from '../degrade/distortions/table.js';
import { encodePng } from '../images/encode-png.js';
import { cropImage, type Image, pasteImage } from '../images/image.js';
import { mean } from '../statistics/mean.js';
import { correctlyOrderedShare } from '../statistics/ordering.js';
import { quantiles } from '../statistics/quantile.js';
import { writeContent } from '../support/files/write-content.js';
import { sealJson } from '../support/sealed-json.js';
import type { HeldOutPair } from '../train/data/held-out.js';
import type { Evaluation } from '../train/evaluation.js';

/** One crop. */
const crop = z.strictObject({
  /** PNG beside this file: the crop's middle at full size. */
  file: z.string(),
  /** The photograph's id. */
  image: z.string(),
  distortion: z.string(),
  level: z.int(),
  score: z.number(),
});

/** One crop at every level. */
const strip = z.strictObject({
  /** PNG beside this file: the crop's middle at full size, pristine first. */
  file: z.string(),
  image: z.string(),
  distortion: z.string(),
  /** Scores at levels 0 (pristine) to L. */
  scores: z.array(z.number()),
  /** Share of pairs of levels whose scores are in order, 0..1. */
  ordered: z.number(),
});

export const heldOutScoresSchema = z.strictObject({
  /** Version of this file's layout. */
  format: z.literal('antonym-held-out-1'),
  /** SHA-256 of the ONNX file that gave the scores. */
  model: z.string().optional(),
  /** Step after which the model was exported. */
  step: z.int(),
  /** L. */
  levels: z.int(),
  /** Side, pixels. */
  crop: z.int(),
  /** Photographs; each gives two crops under every distortion. */
  images: z.int(),
  distortions: z.array(
    z.strictObject({
      name: z.string(),
      group: z.string(),
      /** See `Ordering`. */
      srcc: z.number(),
      ordered: z.number(),
      /** Levels 0 (pristine) to L: mean and quartiles of scores. */
      levels: z.array(z.strictObject({ level: z.int(), mean: z.number(), p25: z.number(), p75: z.number() })),
    }),
  ),
  /** One crop of each photograph at most, best first. */
  highest: z.array(crop),
  /** Worst first. */
  lowest: z.array(crop),
  /** At most one of each distortion, best first: scores fall as they should. */
  inOrder: z.array(strip),
  /** Worst first: scores do not fall. */
  outOfOrder: z.array(strip),
});

export type HeldOutScores = z.infer<typeof heldOutScoresSchema>;

export interface HeldOutFiles {
  readonly scores: HeldOutScores;
  /** The PNG files by name. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
}

const shownCrops = 6;
const shownStrips = 4;
/** Pixels: larger crops are shown by their middle. */
const largestSide = 128;

/** One of the two crops of a pair, at all levels. */
interface Side {
  readonly distortion: string;
  readonly image: string;
  readonly scores: readonly number[];
  readonly ordered: number;
  readonly picture: (level: number) => Image;
}

/** @param scores of the crops of each pair, [(levels + 1) x 2] */
export async function heldOutScores(
  pairs: readonly HeldOutPair[],
  scores: readonly (readonly number[])[],
  { step, evaluation }: { readonly step: number; readonly evaluation: Evaluation },
): Promise<HeldOutFiles> {
  const sides = pairs.flatMap((pair, index) => sidesOf(pair, scores[index]!));
  const { levels, crops } = pairs[0]!.pair.record;
  const pictures = new Map<string, Uint8Array>();
  const keep = async (file: string, picture: Image): Promise<string> => {
    pictures.set(file, await encodePng(picture));
    return file;
  };

  const every = sides.flatMap((side) => side.scores.map((score, level) => ({ side, level, score })));
  const cropsOf = (name: string, sorted: typeof every): Promise<HeldOutScores['highest']> =>
    Promise.all(
      firstOfEach(sorted, ({ side }) => side.image, shownCrops).map(async ({ side, level, score }, index) => ({
        file: await keep(`${name}-${index + 1}.png`, side.picture(level)),
        image: side.image,
        distortion: side.distortion,
        level,
        score,
      })),
    );
  const stripsOf = (name: string, sorted: readonly Side[]): Promise<HeldOutScores['inOrder']> =>
    Promise.all(
      firstOfEach(sorted, ({ distortion }) => distortion, shownStrips).map(async (side, index) => ({
        file: await keep(`${name}-${index + 1}.png`, beside(side.scores.map((_, level) => side.picture(level)))),
        image: side.image,
        distortion: side.distortion,
        scores: [...side.scores],
        ordered: side.ordered,
      })),
    );
  // Between equally well ordered ones the difference from pristine to the strongest level decides.
  const fall = ({ scores }: Side): number => scores[0]! - scores.at(-1)!;
  const byOrder = [...sides].sort((a, b) => b.ordered - a.ordered || fall(b) - fall(a));
  const byScore = [...every].sort((a, b) => b.score - a.score);
  return {
    scores: {
      format: 'antonym-held-out-1',
      step,
      levels,
      crop: crops[0].width,
      images: new Set(pairs.map(({ pair }) => pair.record.image)).size,
      distortions: Object.entries(evaluation.perDistortion).map(([name, ordering]) => ({
        name,
        group: distortions[name as keyof typeof distortions].group,
        ...ordering,
        levels: levelsOf(
          sides.filter(({ distortion }) => distortion === name),
          levels,
        ),
      })),
      highest: await cropsOf('highest', byScore),
      lowest: await cropsOf('lowest', byScore.reverse()),
      inOrder: await stripsOf('in-order', byOrder),
      outOfOrder: await stripsOf('out-of-order', byOrder.reverse()),
    },
    pictures,
  };
}

function sidesOf({ distortion, pair: { record, pixels } }: HeldOutPair, scores: readonly number[]): Side[] {
  const { width, height } = record.crops[0];
  const size = width * height * 3;
  return [0, 1].map((side) => {
    const own = scores.filter((_, index) => index % 2 === side);
    return {
      distortion,
      image: record.image,
      scores: own,
      ordered: correctlyOrderedShare(own),
      picture: (level) => middle({ width, height, data: pixels.subarray((level * 2 + side) * size, (level * 2 + side + 1) * size) }),
    };
  });
}

function levelsOf(sides: readonly Side[], levels: number): HeldOutScores['distortions'][number]['levels'] {
  return Array.from({ length: levels + 1 }, (_, level) => {
    const scores = sides.map((side) => side.scores[level]!);
    const [p25, p75] = quantiles(scores, [0.25, 0.75]) as [number, number];
    return { level, mean: mean(scores), p25, p75 };
  });
}

/** The first item of each key, in order, up to a number of items. */
function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string, count: number): T[] {
  const first = new Map<string, T>();
  for (const item of items) if (first.size < count && !first.has(keyOf(item))) first.set(keyOf(item), item);
  return [...first.values()];
}

function middle(image: Image): Image {
  const side = Math.min(image.width, largestSide);
  return cropImage(image, Math.floor((image.width - side) / 2), Math.floor((image.height - side) / 2), side, side);
}

/** Images of equal size from left to right, without a gap. */
function beside(images: readonly Image[]): Image {
  const { width, height } = images[0]!;
  const row: Image = { width: width * images.length, height, data: new Uint8Array(width * height * images.length * 3) };
  for (const [index, image] of images.entries()) pasteImage(row, image, index * width, 0);
  return row;
}

/** Name of the file with the scores; pictures lie beside it. */
const scoresName = 'scores.json';

/**
 * Writes the scores and pictures into a folder.
 * @param model SHA-256 of the ONNX file
 */
export async function writeHeldOutScores(folder: string, { scores, pictures }: HeldOutFiles, model: string): Promise<void> {
  for (const [name, content] of pictures) await writeContent(join(folder, name), content);
  await writeContent(join(folder, scoresName), sealJson({ ...scores, model }, 2));
}
