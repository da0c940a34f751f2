/** Pixels in the wrong place, or too few of them. */
import type { Distortion } from '../distortion.js';

export const pixelate: Distortion<never> = {
  name: 'pixelate',
  group: 'spatial',
  strength: 'side of a block, pixels',
  // KADID-10k: .01 .05 .1 .2 .5, which make blocks of 1 / (.95 - strength^.6) = 1.13 1.27 1.43 1.75 3.44 pixels: the same values.
  severities: [1.13, 1.27, 1.43, 1.75, 3.44],
  parameters: {},
  apply(image, side) {
    const { width, height } = image;
    const data = new Uint8Array(image.data.length);
    const columns = nearestSources(width, side);
    const rows = nearestSources(height, side);
    for (let y = 0; y < height; y++) {
      const source = rows[y]! * width;
      for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
        const from = (source + columns[x]!) * 3;
        data[at] = image.data[from]!;
        data[at + 1] = image.data[from + 1]!;
        data[at + 2] = image.data[from + 2]!;
      }
    }
    return { width, height, data };
  },
};

/** Where each of `count` pixels comes from when a line is shrunk by `side` and enlarged again, both to the nearest neighbour. */
function nearestSources(count: number, side: number): Int32Array {
  const small = Math.max(1, Math.floor(count / side));
  return Int32Array.from({ length: count }, (_, index) => Math.floor((Math.floor((index * small) / count) * count) / small));
}
