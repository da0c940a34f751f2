/** The sensitivity of models: scores of pristine images degraded by one distortion at a time, each at every level. */

import type { ImageReference } from '../datasets/image-reference.js';
import { loadImage } from '../datasets/load-image.js';
import { degrade, sampleComposition } from '../degrade/composition.js';
import { type DistortionName, distortions } from '../degrade/distortions/table.js';
import type { SeverityTable } from '../degrade/published-severities.js';
import { type Box, cropImage, type Image } from '../images/image.js';
import { chooseCrops } from '../pairs/crops.js';
import { mean } from '../statistics/mean.js';
import { correctlyOrderedShare, levelCorrelation } from '../statistics/ordering.js';
import { quantiles } from '../statistics/quantile.js';
import { srcc } from '../statistics/rank-correlation.js';
import { randomStream } from '../support/random.js';
import { resultsAhead } from '../support/results-ahead.js';
import type { NamedModel } from './evaluate-opinion.js';
import type { Sensitivity } from './sensitivity.js';

export interface SensitivityOptions {
  /** One at a time. */
  readonly distortions: readonly DistortionName[];
  /** L, 2 or more. */
  readonly levels: number;
  /** Side of the two overlapping crops, pixels. */
  readonly crop: number;
  /** Default: `ordered`. */
  readonly severity?: SeverityTable;
  /** Names the draws of crops and of the parameters of distortions. */
  readonly seed: number;
}

/** Images degraded while another is scored. */
const degradedAhead = 2;

/** Scores of one image under one distortion, by level from 0 (pristine) on. */
interface Scores {
  readonly whole: number[];
  readonly crops: readonly [number[], number[]];
}

/**
 * Scores every image, whole and in two overlapping crops, under every distortion at every level. An image is degraded once,
 * whatever number of models scores it; one image and a few degraded copies are in memory at a time.
 * @param images every side at least `minimumSideFor(crop)`
 */
export async function measureSensitivity(
  models: readonly NamedModel[],
  images: readonly ImageReference[],
  options: SensitivityOptions,
  onScored?: (done: number, total: number) => void,
): Promise<Sensitivity['measures']> {
  const { levels, crop, seed, severity = 'ordered' } = options;
  const names = options.distortions;
  const all = models.map(() => new Map<DistortionName, Scores[]>(names.map((name) => [name, []])));
  const total = images.length * (1 + names.length * levels);
  let done = 0;
  for (const reference of images) {
    const image = await loadImage(reference);
    const boxes = chooseCrops(image, crop, randomStream(seed, 'crops', reference.id));
    const pristine: Triple[] = [];
    for (const model of models) pristine.push(await scoreTriple(model, image, boxes));
    onScored?.(++done, total);
    for (const [index, scores] of all.entries()) for (const list of scores.values()) list.push(startingWith(pristine[index]!));
    const steps = names.flatMap((name) => {
      const composition = sampleComposition(randomStream(seed, 'ordering', reference.id, name), {
        maxDistortions: 1,
        distortions: [name],
        severity,
      });
      return Array.from({ length: levels }, (_, index) => ({ name, composition, level: index + 1 }));
    });
    const made = resultsAhead(steps, degradedAhead, async ({ name, composition, level }) => ({
      name,
      degraded: await degrade(image, composition, level, levels),
    }));
    for await (const { name, degraded } of made) {
      for (const [index, model] of models.entries()) {
        const [whole, first, second] = await scoreTriple(model, degraded, boxes);
        const scores = all[index]!.get(name)!.at(-1)!;
        scores.whole.push(whole);
        scores.crops[0].push(first);
        scores.crops[1].push(second);
      }
      onScored?.(++done, total);
    }
  }
  return models.map(({ name, run, sha256 }, index) => {
    const perDistortion = names.map((distortion) => ({ distortion, scores: all[index]!.get(distortion)! }));
    return {
      name,
      kind: 'model' as const,
      ...(run !== undefined && { run }),
      sha256,
      ...summaryOf(perDistortion.flatMap(({ scores }) => scores)),
      distortions: perDistortion.map(({ distortion, scores }) => ({
        name: distortion,
        group: distortions[distortion].group,
        ...summaryOf(scores),
        levels: Array.from({ length: levels + 1 }, (_, level) => ({ level, ...spreadOf(scores.map(({ whole }) => whole[level]!)) })),
      })),
    };
  });
}

type Triple = readonly [whole: number, first: number, second: number];

async function scoreTriple({ model }: NamedModel, image: Image, boxes: readonly [Box, Box]): Promise<Triple> {
  const crop = ({ left, top, width, height }: Box) => model.score(cropImage(image, left, top, width, height));
  return [await model.score(image), await crop(boxes[0]), await crop(boxes[1])];
}

function startingWith([whole, first, second]: Triple): Scores {
  return { whole: [whole], crops: [[first], [second]] };
}

/** Means over images, and the likeness of crops over all images and levels. */
function summaryOf(scores: readonly Scores[]) {
  const [first, second] = [0, 1].map((crop) => scores.flatMap(({ crops }) => crops[crop]!)) as [number[], number[]];
  return {
    srcc: orNull(mean(scores.map(({ whole }) => levelCorrelation(whole)))),
    ordered: orNull(mean(scores.map(({ whole }) => correctlyOrderedShare(whole)))),
    cropDifference: orNull(mean(first.map((score, index) => Math.abs(score - second[index]!)))),
    cropSrcc: orNull(srcc(first, second)),
  };
}

function spreadOf(scores: readonly number[]) {
  const [p25, p75] = quantiles(scores, [0.25, 0.75]) as [number, number];
  return { mean: mean(scores), p25, p75 };
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
