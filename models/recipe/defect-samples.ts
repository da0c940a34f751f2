/** Crops of the recipe's photographs with known distortions: what the degradations of the shipped model are fitted to. */
import { basename } from 'node:path';
import sharp from 'sharp';
import { sampleComposition } from '#antonym/degrade/composition.js';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { kadid10k } from '#antonym/degrade/kadid10k.js';
import { strengthAt } from '#antonym/degrade/severity.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { UserError } from '#antonym/support/errors.js';
import { type RandomStream, randomStream } from '#antonym/support/random.js';
import type { DegradationSample, KnownDistortion } from './degradation-samples.js';
import { pristine, seed } from './recipe.js';
import { pixelsOf, resized } from './resized.js';

export const defects = {
  /** Longest side of a crop, pixels: most of a picture, as people ask about whole pictures. */
  crop: 400,
  /** Crops at each shorter side of the photograph: scenes near and far. */
  perSide: [
    [352, 2],
    [416, 2],
    [512, 3],
    [680, 2],
    [1000, 1],
  ],
  /** Further crops of each kind as they are: false alarms are rare events. */
  pristine: 1,
  /** Versions of each crop by number of distortions, beside the crop as it is. */
  versions: [
    [1, 11],
    [2, 4],
  ],
  levels: 5,
} as const;

/** A sample whose features are numbers in memory. */
export interface DefectSample extends DegradationSample {
  readonly features: Float32Array;
}

interface Version {
  readonly image: Image;
  readonly known: readonly KnownDistortion[];
}

/**
 * @param path of a photograph
 * @param see gives the features of an image
 */
export async function makeDefectSamples(path: string, see: (image: Image) => Promise<Float32Array>): Promise<DefectSample[]> {
  const samples: DefectSample[] = [];
  let seen: Promise<unknown> = Promise.resolve();
  for await (const { image, known } of versionsOf(path)) {
    const seeing = see(image).then((features) => samples.push({ image: basename(path), features, distortions: known }));
    // the next is distorted while ONNX Runtime works on this one
    await seen;
    seen = seeing;
  }
  await seen;
  return samples;
}

/** The first crop of a photograph as it is. */
export async function firstCrop(path: string): Promise<Image> {
  for await (const [crop] of cropsOf(path)) return crop;
  throw new UserError(`${path} is too small.`);
}

async function* versionsOf(path: string): AsyncGenerator<Version> {
  for await (const [crop, name, isPristine] of cropsOf(path)) {
    yield { image: crop, known: [] };
    if (isPristine) continue;
    const random = randomStream(seed, 'why', basename(path), name);
    // a crop on its own shows half of the distortions
    const names = random.shuffle(kadid10k);
    for (const [count, times] of defects.versions) {
      for (let time = 0; time < times; time++)
        yield await distorted(crop, random, count, count === 1 ? [names[time % names.length]!] : kadid10k);
    }
  }
}

/** Exactly `count` distortions of different groups, each at a level of its own. */
async function distorted(crop: Image, random: RandomStream, count: number, pool: typeof kadid10k): Promise<Version> {
  let drawn = sampleComposition(random, { maxDistortions: count, distortions: pool });
  while (drawn.distortions.length < count) drawn = sampleComposition(random, { maxDistortions: count, distortions: pool });
  const known: KnownDistortion[] = [];
  let image = crop;
  for (const { name, parameters } of drawn.distortions) {
    const level = 1 + random.integer(defects.levels);
    image = await distortions[name].apply(image, strengthAt(distortions[name].severities, level, defects.levels), parameters);
    known.push({ name, sign: parameters.sign ?? 1, strength: level / defects.levels });
  }
  return { image, known };
}

/** Crops of a photograph, reduced so that traces of its camera vanish, each with a name, and whether it is seen as it is alone. */
async function* cropsOf(path: string): AsyncGenerator<[Image, string, boolean]> {
  const size = (await sharp(path).metadata()).autoOrient;
  const own = Math.min(size.width, size.height);
  for (const [side, count] of defects.perSide) {
    if (side > own * pristine.largestShare) continue;
    const image = await pixelsOf(
      resized(sharp(path).autoOrient(), size, side / own)
        .toColourspace('srgb')
        .removeAlpha(),
    );
    const [across, down] = [Math.min(defects.crop, image.width), Math.min(defects.crop, image.height)];
    for (let index = 0; index < count + defects.pristine; index++) {
      const name = index < count ? `${side}-${index}` : `${side}-${index}-pristine`;
      const random = randomStream(seed, 'why', 'crop', basename(path), name);
      const [left, top] = [random.integer(image.width - across + 1), random.integer(image.height - down + 1)];
      yield [cropImage(image, left, top, across, down), name, index >= count];
    }
  }
}
