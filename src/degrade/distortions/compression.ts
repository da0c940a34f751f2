/** Traces of lossy codecs. */

import { throughJpeg } from '../codecs/jpeg.js';
import { decodeJpeg2000, encodeJpeg2000 } from '../codecs/jpeg2000.js';
import type { Distortion } from '../distortion.js';
import { inTiles } from '../filters/tiles.js';

export const jpeg2000: Distortion<never> = {
  group: 'compression',
  strength: 'ratio of the raw pixels to the compressed ones',
  // KADID-10k: 16 32 45 120 170; a mild end and a constant ratio.
  severities: [8, 17, 37, 80, 170],
  parameters: {},
  apply(image, ratio) {
    // OpenJPEG needs 40 bytes for each pixel; the format itself has tiles.
    return inTiles(image, 2048, async (tile) => decodeJpeg2000(await encodeJpeg2000(tile, ratio)));
  },
};

export const jpeg: Distortion<never> = {
  group: 'compression',
  strength: 'quality of the encoder, 1..100, rounded',
  // KADID-10k: 43 36 24 7 4; a mild end, since photographs in use lie at 70 to 95.
  severities: [90, 65, 36, 15, 5],
  parameters: {},
  apply(image, quality) {
    return throughJpeg(image, Math.round(quality));
  },
};
