/** Chooses the held-out images that choose the checkpoint, so that others, which chose nothing, can be reported. */
import { sha256Of } from '../../support/sha256.js';
import { noOpinions } from '../options/opinion-options.js';
import type { TrainOptions } from '../options.js';
import type { HeldOutPair } from './held-out.js';

/** Fewer held-out images do both: one or two say too little on either side. */
export const fewestToHalve = 4;

/** Training with opinions chooses by them. */
export function choosesOnHalf({ chooseOn, opinion }: Pick<TrainOptions, 'chooseOn' | 'opinion'>): boolean {
  return chooseOn === 'half' && opinion === noOpinions;
}

/** Facts about held-out images before their pairs are made. */
export interface ImageContents {
  /** SHA-256 of their files by id, as far as they are known. */
  readonly digests?: ReadonlyMap<string, string>;
  /** Ids of images that nearly repeat each other, which belong on one side. */
  readonly groups?: readonly (readonly string[])[];
}

/**
 * Halves held-out images by their content: neither their names nor their order matter. The part that is reported is the larger one.
 * @param ids of the held-out images
 * @returns the ids of those that choose; undefined where all have to do both
 */
export function choosingImages(ids: readonly string[], { digests, groups = [] }: ImageContents = {}): readonly string[] | undefined {
  if (ids.length < fewestToHalve) return undefined;
  const keyOf = (id: string): string => digests?.get(id) ?? sha256Of(id);
  const groupOf = new Map(groups.flatMap((group) => group.map((id) => [id, group] as const)));
  const held = new Set(ids);
  const sorted = [...held].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const units = new Set(sorted.map((id) => groupOf.get(id) ?? id));
  const [choosing, reported]: [string[], string[]] = [[], []];
  for (const unit of units) {
    const own = typeof unit === 'string' ? [unit] : unit.filter((id) => held.has(id));
    (choosing.length < reported.length ? choosing : reported).push(...own);
  }
  return choosing.length > 0 ? choosing.sort() : undefined;
}

export interface HeldOutParts<T> {
  /** Choose the checkpoint and the scale of the score. */
  readonly choosing: readonly T[];
  /** Have the figures that are reported; the same where there are too few images. */
  readonly reported: readonly T[];
}

/**
 * The two parts of held-out pairs.
 * @param choosingOf the ids, of those given, of images that choose; undefined: all do both
 */
export function partsOfHeldOut<T extends Pick<HeldOutPair, 'pair'>>(
  pairs: readonly T[],
  choosingOf: (ids: readonly string[]) => readonly string[] | undefined,
): HeldOutParts<T> {
  const ids = new Set(choosingOf([...new Set(pairs.map(({ pair }) => pair.record.image))]));
  const [choosing, reported] = [true, false].map((chooses) => pairs.filter(({ pair }) => ids.has(pair.record.image) === chooses));
  return choosing!.length > 0 && reported!.length > 0 ? { choosing: choosing!, reported: reported! } : { choosing: pairs, reported: pairs };
}
