/** Crops on which any distortion shows: 20 procedural images of every kind, with texture and color. */

import { renderProcedural } from '#antonym/datasets/procedural.js';
import type { Image } from '#antonym/images/image.js';
import { cropImage } from '#antonym/images/image.js';
import { chooseCrops } from '#antonym/pairs/crops.js';
import { randomStream } from '#antonym/support/random.js';

/** Rendering takes a tenth of a second; test files of one process share what they render. */
const made = new Map<number, Image>();

/** [20] crops of side 64. */
export function variedCrops(): Image[] {
  return Array.from({ length: 20 }, (_, index) => variedCrop(index));
}

/** One of them. */
export function variedCrop(index: number): Image {
  let crop = made.get(index);
  if (crop === undefined) {
    const image = renderProcedural({ kind: 'procedural', id: `varied-${index}`, seed: 24, index, width: 480, height: 320 });
    const [{ left, top, width, height }] = chooseCrops(image, 64, randomStream('varied crops', index));
    crop = cropImage(image, left, top, width, height);
    made.set(index, crop);
  }
  return { ...crop, data: Uint8Array.from(crop.data) };
}
