/** Degradations shaped like capture: what a camera, its software and the way to the reader do to a photograph, in that order. */

import { type DistortionName, distortions } from '#antonym/degrade/distortions/table.js';
import { sampleParameters } from '#antonym/degrade/parameters.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import type { RandomStream } from '#antonym/support/random.js';
import { halvedImage } from './halved-image.js';
import { wronglyLit } from './light.js';

interface Choice {
  readonly name: DistortionName;
  /** Scale of the strength: at full size where the step comes before the reduction. */
  readonly range: readonly [number, number];
  /** Uniform in the logarithm: for what spans orders of magnitude. */
  readonly logarithmic?: boolean;
  /** Smooths what it made, with this probability, as cameras do with noise. */
  readonly smoothed?: number;
}

interface Step {
  /** That a photograph of average severity has it. */
  readonly probability: number;
  readonly choices: readonly Choice[];
}

const logarithmic = true;

/** At twice the size of the result. */
const camera: readonly Step[] = [
  {
    probability: 0.65,
    choices: [
      { name: 'gaussian-blur', range: [1.2, 9], logarithmic },
      { name: 'lens-blur', range: [2, 16], logarithmic },
      { name: 'motion-blur', range: [4, 40], logarithmic },
      { name: 'downscale-upscale', range: [2.6, 9], logarithmic },
    ],
  },
  {
    probability: 0.45,
    choices: [
      { name: 'darken', range: [0.15, 0.98] },
      { name: 'darken', range: [0.15, 0.98] },
      { name: 'darken', range: [0.15, 0.98] },
      { name: 'brighten', range: [0.15, 1.1] },
      { name: 'nonlinear-contrast-change', range: [0.12, 0.42] },
      { name: 'linear-contrast-change', range: [0.1, 0.8] },
    ],
  },
  { probability: 0.4, choices: [{ name: 'sensor-noise', range: [30, 3000], logarithmic, smoothed: 0.7 }] },
  { probability: 0.12, choices: [{ name: 'high-sharpen', range: [0.4, 4], logarithmic }] },
];
/** After the reduction. */
const file: readonly Step[] = [
  {
    probability: 0.5,
    choices: [
      { name: 'webp', range: [5, 90], logarithmic },
      { name: 'jpeg', range: [8, 92], logarithmic },
      { name: 'jpeg', range: [8, 92], logarithmic },
    ],
  },
];
const smoothing: Choice = { name: 'gaussian-blur', range: [0.6, 2.5], logarithmic };

/**
 * A photograph as a bad camera would have taken it, at half the size: most noise and blocks of large photographs vanish when they are reduced,
 * blur and wrong exposure stay.
 * @param image of even sides
 * @param isWronglyLit the light was wrong, too
 */
export async function captured(image: Image, random: RandomStream, isWronglyLit = false): Promise<Image> {
  // some photographs have everything wrong, others hardly anything
  const severity = 0.4 + 1.2 * random.uniform();
  const through = async (start: Image, steps: readonly Step[]): Promise<Image> => {
    let result = start;
    for (const { probability, choices } of steps) {
      if (random.uniform() >= probability * severity) continue;
      const choice = random.choice(choices);
      result = await distorted(result, choice, random);
      if (random.uniform() < (choice.smoothed ?? 0)) result = await distorted(result, smoothing, random);
    }
    return result;
  };
  const copy = cropImage(image, 0, 0, image.width, image.height);
  return through(halvedImage(await through(isWronglyLit ? wronglyLit(copy, random) : copy, camera)), file);
}

function distorted(image: Image, { name, range: [low, high], logarithmic }: Choice, random: RandomStream): Image | Promise<Image> {
  const strength = logarithmic ? Math.exp(random.between(Math.log(low), Math.log(high))) : random.between(low, high);
  return distortions[name].apply(image, strength, sampleParameters(distortions[name], random));
}
