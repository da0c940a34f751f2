/** Degraded versions of a crop: by a bad camera, in wrong light, and by distortions of the final picture that a camera's chain lacks. */
import { type DistortionName, distortions } from '#antonym/degrade/distortions/table.js';
import { sampleParameters } from '#antonym/degrade/parameters.js';
import { strengthAt } from '#antonym/degrade/severity.js';
import type { Image } from '#antonym/images/image.js';
import type { RandomStream } from '#antonym/support/random.js';
import { captured } from './capture.js';
import { halvedImage } from './halved-image.js';
import { versions } from './recipe.js';

/** Distortions that add edges or grain, and so must be seen to be no detail, and those that spoil colors. */
const added: readonly DistortionName[] = [
  'high-sharpen',
  'high-sharpen',
  'color-block',
  'color-block',
  'white-noise',
  'white-noise-ycbcr',
  'impulse-noise',
  'multiplicative-noise',
  'non-eccentricity-patch',
  'color-shift',
  'color-saturation-hsv',
  'color-saturation-lab',
  'mean-shift',
  'linear-contrast-change',
];
const levels = 5;

/** Makes each version when it is asked for, one after the other. @param crop of even sides, at twice the size of its versions */
export function* versionsOf(crop: Image, random: RandomStream): Generator<Promise<Image>> {
  for (let count = 0; count < versions.captured; count++) yield captured(crop, random);
  for (let count = 0; count < versions.wronglyLit; count++) yield captured(crop, random, true);
  const names = random.shuffle(added);
  for (let count = 0; count < versions.distorted; count++) yield distorted(crop, names[count % names.length]!, random);
}

async function distorted(crop: Image, name: DistortionName, random: RandomStream): Promise<Image> {
  const { severities, apply } = distortions[name];
  const strength = strengthAt(severities, 1 + random.integer(levels), levels);
  return apply(halvedImage(crop), strength, sampleParameters(distortions[name], random));
}
