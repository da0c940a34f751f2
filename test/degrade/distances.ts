/** Distances of a degraded image from its pristine one, besides those of the program that fit different groups of distortions. */

import { labOfImage } from '#antonym/degrade/color/color-spaces.js';
import { structuralSimilarity } from '#antonym/degrade/fidelity.js';
import type { Image } from '#antonym/images/image.js';

export type Distance = (pristine: Image, degraded: Image) => number;

/** 1 - SSIM of the luma. */
export const structuralDistance: Distance = (pristine, degraded) => 1 - structuralSimilarity(pristine, degraded);

/** Mean Euclidean distance in CIELAB (the color difference of CIE 1976). */
export const colorDifference: Distance = (pristine, degraded) => {
  const [a, b] = [labOfImage(pristine), labOfImage(degraded)];
  let sum = 0;
  for (let pixel = 0; pixel < a.lightness.length; pixel++) {
    const l = a.lightness[pixel]! - b.lightness[pixel]!;
    const redGreen = a.ab[2 * pixel]! - b.ab[2 * pixel]!;
    const yellowBlue = a.ab[2 * pixel + 1]! - b.ab[2 * pixel + 1]!;
    sum += Math.sqrt(l * l + redGreen * redGreen + yellowBlue * yellowBlue);
  }
  return sum / a.lightness.length;
};
