/** Images at half their size. */

import { resample } from '#antonym/degrade/filters/resample.js';
import type { Image } from '#antonym/images/image.js';

/** @param image of even sides */
export function halvedImage({ width, height, data }: Image): Image {
  const [half, low] = [width / 2, height / 2];
  const bytes = new Uint8ClampedArray(resample(new Float32Array(data), width, height, 3, half, low, 'cubic'));
  return { width: half, height: low, data: new Uint8Array(bytes.buffer) };
}
