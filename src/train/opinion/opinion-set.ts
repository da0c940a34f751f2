/** Rated images of a training run, split into those that train, that choose the checkpoint, and that test. */

import { extentOf } from '../../statistics/extent.js';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import { randomStream } from '../../support/random.js';
import { sha256Of } from '../../support/sha256.js';

export interface RatedTrainingImage {
  /** Its name in the table. */
  readonly image: string;
  readonly path: string;
  /** Mean opinion, as published. */
  readonly opinion: number;
  /** SHA-256 of the file. */
  readonly sha256: string;
  /** Images of one group stay on one side of the split; absent: a group of its own. */
  readonly group?: string;
}

export interface RatedTable {
  /** Name in datasets.json, or of the file. */
  readonly name: string;
  readonly direction: 'higher is better' | 'lower is better';
  /** Least and greatest possible opinion, where that is known. */
  readonly range?: readonly [number, number] | undefined;
  readonly images: readonly RatedTrainingImage[];
}

export interface OpinionSet {
  readonly name: string;
  readonly direction: RatedTable['direction'];
  /** The opinions that 0 and 1 stand for. */
  readonly range: readonly [worst: number, best: number];
  readonly training: readonly RatedTrainingImage[];
  readonly validation: readonly RatedTrainingImage[];
  readonly test: readonly RatedTrainingImage[];
  /** A digest of images, opinions and split: a run resumes with the same only. */
  readonly fingerprint: string;
}

/** The metadata of checkpoints that were trained with opinions: the name of their table. */
export const opinionsKey = 'opinions';
/** Fewer rated images are refused. */
const fewestRatedImages = 10;
/** A correlation needs two. */
const fewestOfPart = 2;
/** The part of all images that chooses the checkpoint. */
const validationShare = 0.1;

/**
 * Splits rated images at random by groups: the same for a given seed, number of the split, and list.
 * @throws UserError when they are too few, all opinions are equal, or a part stays empty.
 */
export function splitOpinions(
  table: RatedTable,
  { seed, split, testShare }: { readonly seed: number; readonly split: number; readonly testShare: number },
): OpinionSet {
  const { name, direction, images } = table;
  if (images.length < fewestRatedImages)
    throw new UserError(`${name} has ${images.length} rated images that can be used: training needs at least ${fewestRatedImages}.`);
  const first = images[0]!.opinion;
  if (images.every(({ opinion }) => opinion === first))
    throw new UserError(`All opinions of ${name} are ${first}: nothing can be learned from them.`);
  const groups = new Map<string, RatedTrainingImage[]>();
  for (const image of [...images].sort((a, b) => (a.image < b.image ? -1 : 1))) {
    const key = image.group === undefined ? `image ${image.image}` : `group ${image.group}`;
    groups.set(key, [...(groups.get(key) ?? []), image]);
  }
  const units = randomStream(seed, 'opinion split', split).shuffle([...groups.values()]);
  const take = (share: number): RatedTrainingImage[] => {
    const wanted = share > 0 ? Math.max(fewestOfPart, share * images.length) : 0;
    const taken: RatedTrainingImage[] = [];
    // to the nearest: a large group may not fit
    while (units.length > 0 && taken.length + units[0]!.length / 2 <= wanted) taken.push(...units.shift()!);
    return taken;
  };
  const test = take(testShare);
  const validation = take(validationShare);
  const training = units.flat();
  const parts = { training, validation, ...(testShare > 0 && { test }) };
  const empty = Object.entries(parts).find(([, part]) => part.length < fewestOfPart);
  if (empty)
    throw new UserError(
      `${images.length} images in ${counted(groups.size, 'group')} leave ${empty[1].length} for ${empty[0]}, which needs ${fewestOfPart}: rate more images, or change --test-share or --group-by.`,
    );
  return {
    name,
    direction,
    range: rangeOf(table, training),
    training,
    validation,
    test,
    fingerprint: fingerprintOf([training, validation, test]),
  };
}

/** The published range, else that of the images trained on. */
function rangeOf({ name, direction, range }: RatedTable, training: readonly RatedTrainingImage[]): readonly [worst: number, best: number] {
  const opinions = training.map(({ opinion }) => opinion);
  const [low, high] = range ?? extentOf(opinions);
  if (low === high) throw new UserError(`All opinions of the training images of ${name} are ${low}: nothing can be learned from them.`);
  return direction === 'higher is better' ? [low, high] : [high, low];
}

function fingerprintOf(parts: readonly (readonly RatedTrainingImage[])[]): string {
  const identities = parts.map((part) => part.map(({ image, sha256, opinion }) => [image, sha256, opinion]));
  return sha256Of(JSON.stringify(identities));
}

/** An opinion as the head predicts it: 0 is the worst of the range, 1 the best. */
export function normalizedOpinion(opinion: number, [worst, best]: OpinionSet['range']): number {
  return (opinion - worst) / (best - worst);
}
