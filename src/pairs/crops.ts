/** Chooses the two crops of one image: they overlap within stated bounds and show texture that a distortion can change. */

import type { Box, Image } from '../images/image.js';
import { leastTexture, textureOf } from '../images/texture.js';
import type { RandomStream } from '../support/random.js';

/**
 * Least and greatest overlap, as a share of a crop. The paper only says "overlapping". Two crops of one
 * photograph should have the same quality: below a quarter they show different content, whose quality may well differ
 * (in focus, out of focus); above three quarters they are so similar that the consistency loss has no effect.
 */
export const overlapRange = [0.25, 0.75] as const;

/** The smallest crop: the total stride of the largest encoders. */
export const smallestCrop = 32;
/** Crops are multiples of this; encoders that take multiples of their patches only say so themselves. */
export const cropMultiple = 2;
export const largestCrop = 1024;

/** Limit of attempts to find two crops with texture; when none passes, the best pair is taken. */
const candidates = 12;

/** The smallest image side for crops: 1.25 crops leave room for shifts that reduce the overlap to 9/16. */
export function minimumSideFor(crop: number): number {
  return Math.ceil(crop * 1.25);
}

/**
 * Two random square crops whose overlap lies in `overlapRange`, avoiding those without texture.
 * @param crop side in pixels.
 * @throws RangeError when a side of the image is below `minimumSideFor(crop)`.
 */
export function chooseCrops(image: Image, crop: number, random: RandomStream): readonly [Box, Box] {
  const minimum = minimumSideFor(crop);
  if (Math.min(image.width, image.height) < minimum) {
    throw new RangeError(`two crops of side ${crop} need an image of ${minimum}x${minimum}, but received ${image.width}x${image.height}`);
  }
  let best: readonly [Box, Box] | undefined;
  let bestTexture = -1;
  for (let candidate = 0; candidate < candidates; candidate++) {
    const boxes = placeCrops(image, crop, random);
    const texture = Math.min(textureOf(image, boxes[0]), textureOf(image, boxes[1]));
    if (texture >= leastTexture) return boxes;
    if (texture > bestTexture) [best, bestTexture] = [boxes, texture];
  }
  return best!;
}

/**
 * Crops shifted against each other by (dx, dy), drawn uniformly from all whole-pixel shifts with
 * overlap = (1 - |dx| / crop) (1 - |dy| / crop) in range that fit the image, then placed uniformly.
 */
function placeCrops(image: Image, crop: number, random: RandomStream): readonly [Box, Box] {
  const largestX = Math.min(crop - 1, image.width - crop);
  const largestY = Math.min(crop - 1, image.height - crop);
  const rowsFor = (dx: number): { from: number; count: number } => {
    const [low, high] = overlapRange.map((overlap) => (overlap * crop * crop) / (crop - dx)) as [number, number];
    const from = Math.max(0, Math.ceil(crop - high));
    return { from, count: Math.max(0, Math.min(largestY, Math.floor(crop - low)) - from + 1) };
  };
  let shifts = 0;
  for (let dx = 0; dx <= largestX; dx++) shifts += rowsFor(dx).count;
  let chosen = random.integer(shifts);
  let dx = 0;
  while (chosen >= rowsFor(dx).count) chosen -= rowsFor(dx++).count;
  const dy = rowsFor(dx).from + chosen;
  const [left, right] = ends(random.integer(image.width - crop - dx + 1), dx, random);
  const [top, bottom] = ends(random.integer(image.height - crop - dy + 1), dy, random);
  const box = { width: crop, height: crop };
  return [
    { left, top, ...box },
    { left: right, top: bottom, ...box },
  ];
}

/** The two positions in random order: either crop may be the left (upper) one. */
function ends(start: number, shift: number, random: RandomStream): [number, number] {
  return random.uniform() < 0.5 ? [start, start + shift] : [start + shift, start];
}
