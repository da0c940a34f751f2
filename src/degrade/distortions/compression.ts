/** What lossy codecs leave behind. */
import sharp from 'sharp';
import { cropImage } from '../../datasets/image.js';
import type { Distortion } from '../distortion.js';
import { decodeJpeg2000, encodeJpeg2000 } from '../jpeg2000.js';

export const jpeg2000: Distortion<never> = {
  name: 'jpeg2000',
  group: 'compression',
  strength: 'ratio of the raw pixels to the compressed ones',
  // KADID-10k: 16 32 45 120 170; a mild end and a constant ratio.
  severities: [8, 17, 37, 80, 170],
  parameters: {},
  async apply(image, ratio) {
    const { width, height } = image;
    const data = new Uint8Array(image.data.length);
    // Large images in tiles of equal size, as the format itself has them: OpenJPEG needs 40 bytes for each pixel.
    const [columns, rows] = [Math.ceil(width / largestTile), Math.ceil(height / largestTile)];
    for (let row = 0; row < rows; row++) {
      const [top, bottom] = [Math.floor((row * height) / rows), Math.floor(((row + 1) * height) / rows)];
      for (let column = 0; column < columns; column++) {
        const [left, right] = [Math.floor((column * width) / columns), Math.floor(((column + 1) * width) / columns)];
        const tile = await decodeJpeg2000(await encodeJpeg2000(cropImage(image, left, top, right - left, bottom - top), ratio));
        const line = (right - left) * 3;
        for (let y = top; y < bottom; y++) data.set(tile.data.subarray((y - top) * line, (y - top + 1) * line), (y * width + left) * 3);
      }
    }
    return { width, height, data };
  },
};

/** Side, pixels. */
const largestTile = 2048;

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
