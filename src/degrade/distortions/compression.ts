/** What lossy codecs leave behind. */
import sharp from 'sharp';
import type { Distortion } from '../distortion.js';

export const jpeg: Distortion<never> = {
  name: 'jpeg',
  group: 'compression',
  strength: 'quality of the encoder, 1..100, rounded',
  // KADID-10k: 43 36 24 7 4; a mild end, since photographs in use lie at 70 to 95.
  severities: [90, 65, 36, 15, 5],
  parameters: {},
  async apply(image, quality) {
    const { width, height } = image;
    // libjpeg-turbo's ordinary baseline file: 4:2:0 chroma, the standard's quantisation tables, no trellis.
    const file = await sharp(image.data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: Math.round(quality), chromaSubsampling: '4:2:0', mozjpeg: false, optimiseCoding: false })
      .toBuffer();
    return { width, height, data: new Uint8Array(await sharp(file).raw().toBuffer()) };
  },
};
