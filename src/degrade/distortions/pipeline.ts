/**
 * Effects of today's imaging pipelines on photographs, from the sensor to the last file: drawn only when named.
 * Severities begin at the first noticeable value, and their effect grows by a constant ratio.
 */
import type { Sharp } from 'sharp';
import { cropImage, type Image } from '../../images/image.js';
import { throughJpeg } from '../codecs/jpeg.js';
import { bayerChannel, demosaic } from '../color/demosaic.js';
import { byteOfLinear, linearOfByte } from '../color/linear-light.js';
import type { Distortion } from '../distortion.js';
import { gaussianFilter } from '../filters/gaussian-filter.js';
import { resample } from '../filters/resample.js';
import { inTiles } from '../filters/tiles.js';
import { gridOffset, noiseSeed } from '../parameters.js';
import { pixelsOf } from '../pixel-buffers.js';
import { normalField } from '../pixel-noise.js';
import { inWorkspace } from '../workspace.js';

export const webp: Distortion<never> = {
  group: 'pipeline',
  strength: 'quality of the encoder, 1..100, rounded',
  severities: [85, 60, 35, 12, 1],
  parameters: {},
  apply(image, quality) {
    // The side of a WebP image has 14 bits. Effort 0 halves the time; the quality at equal numbers is the same.
    return inTiles(image, 16383, (tile) => throughFile(tile, (pixels) => pixels.webp({ quality: Math.round(quality), effort: 0 })));
  },
};

export const avif: Distortion<never> = {
  group: 'pipeline',
  strength: 'quality of the encoder, 1..100, rounded',
  severities: [80, 62, 44, 26, 8],
  parameters: {},
  async apply(image, quality) {
    const { default: sharp } = await import('sharp');
    // libaom's bytes depend on its number of threads, which is the process's: one, as `PairPool` has it.
    sharp.concurrency(1);
    // Effort 0 takes 5 ms for 224x224 pixels, effort 1 already 25, for the same quality in a tenth fewer bytes.
    const options = { quality: Math.round(quality), effort: 0, chromaSubsampling: '4:2:0' };
    return inTiles(image, 4096, (tile) => throughFile(tile, (pixels) => pixels.avif(options)));
  },
};

export const doubleJpeg: Distortion<'offsetX' | 'offsetY'> = {
  group: 'pipeline',
  strength: 'quality of both encoders, 1..100, rounded; the blocks of the first are displaced',
  severities: [90, 65, 36, 15, 5],
  parameters: { offsetX: gridOffset, offsetY: gridOffset },
  apply(image, quality, { offsetX, offsetY }) {
    const { width, height } = image;
    const first = throughJpeg(extended(image, offsetX, offsetY), Math.round(quality));
    return throughJpeg(cropImage(first, offsetX, offsetY, width, height), Math.round(quality));
  },
};

export const downscaleUpscale: Distortion<never> = {
  group: 'pipeline',
  strength: 'factor by which the image is made smaller, then larger again, both bicubic',
  severities: [1.3, 1.8, 2.6, 4, 6.5],
  parameters: {},
  apply(image, factor) {
    const { width, height } = image;
    const [narrow, low] = [shrunk(width, factor), shrunk(height, factor)];
    const small = new Uint8ClampedArray(resample(new Float32Array(image.data), width, height, 3, narrow, low, 'cubic'));
    const large = new Uint8ClampedArray(resample(new Float32Array(small), narrow, low, 3, width, height, 'cubic'));
    return { width, height, data: new Uint8Array(large.buffer) };
  },
};

export const chromaSubsampling: Distortion<never> = {
  group: 'pipeline',
  strength: 'factor by which Cb and Cr are made smaller along each axis (2: 4:2:0), by area, then larger again, linearly',
  // 4:2:0 itself is not noticeable.
  severities: [3, 4.2, 6, 8.5, 12],
  parameters: {},
  apply({ width, height, data: source }, factor) {
    // Red and blue minus luma (ITU-R BT.601) are Cb and Cr up to a factor. Their loss is subtracted from the pixels; the luma stays.
    const chroma = new Float32Array(width * height * 2);
    for (let pixel = 0, at = 0; pixel < width * height; pixel++, at += 3) {
      const luma = 0.299 * source[at]! + 0.587 * source[at + 1]! + 0.114 * source[at + 2]!;
      chroma[2 * pixel] = source[at]! - luma;
      chroma[2 * pixel + 1] = source[at + 2]! - luma;
    }
    const [narrow, low] = [shrunk(width, factor), shrunk(height, factor)];
    const coarse = resample(resample(chroma, width, height, 2, narrow, low, 'box'), narrow, low, 2, width, height, 'linear');
    const data = new Uint8ClampedArray(source.length);
    for (let pixel = 0, at = 0; pixel < width * height; pixel++, at += 3) {
      const red = coarse[2 * pixel]! - chroma[2 * pixel]!;
      const blue = coarse[2 * pixel + 1]! - chroma[2 * pixel + 1]!;
      data[at] = source[at]! + red;
      data[at + 1] = source[at + 1]! - (0.299 * red + 0.114 * blue) / 0.587;
      data[at + 2] = source[at + 2]! + blue;
    }
    return { width, height, data: new Uint8Array(data.buffer) };
  },
};

export const banding: Distortion<never> = {
  group: 'pipeline',
  strength: 'height of the steps in smooth gradients, pixel values 0..255',
  severities: [5, 7.5, 11.5, 18, 30],
  parameters: {},
  apply(image, step) {
    const source = image.data;
    const smooth = new Float32Array(source);
    gaussianFilter(smooth, image.width, image.height, 3, 3);
    const data = new Uint8ClampedArray(source.length);
    for (let index = 0; index < data.length; index++) {
      const base = smooth[index]!;
      const detail = source[index]! - base;
      // Denoising first removes the dither: d^3 / (d^2 + 2 step^2) preserves only detail well above the step.
      const kept = (detail * detail * detail) / (detail * detail + 2 * step * step);
      // The steps of the three channels lie at different values, as after a white balance.
      const phase = (index % 3) / 3;
      data[index] = (staircase(base / step + phase) - phase) * step + kept;
    }
    return { ...image, data: new Uint8Array(data.buffer) };
  },
};

export const sensorNoise: Distortion<'seed'> = {
  group: 'pipeline',
  strength: 'electrons that white frees in a photosite, each of which sees one color; 3 of read noise',
  severities: [4000, 1500, 600, 250, 100],
  parameters: { seed: noiseSeed },
  apply({ width, height, data: source }, electrons, { seed }) {
    // The photograph has been demosaiced before. Demosaicing is linear: only the noise passes through it, so no artifacts of a second one arise.
    const count = width * height;
    const noise = inWorkspace((workspace) => workspace.floats(normalField(workspace, count, seed), count).slice());
    for (let y = 0, pixel = 0; y < height; y++) {
      for (let x = 0; x < width; x++, pixel++) {
        const light = linearOfByte[source[pixel * 3 + bayerChannel(x, y)]!]!;
        // Shot noise: the variance of a number of electrons is the number. Read noise: 3 electrons, whatever the light.
        noise[pixel]! *= Math.sqrt(light * electrons + 9) / electrons;
      }
    }
    const developed = demosaic(noise, width, height);
    const data = new Uint8Array(source.length);
    for (let index = 0; index < data.length; index++) {
      const light = linearOfByte[source[index]!]! + developed[index]!;
      data[index] = byteOfLinear[Math.min(Math.max(Math.round(light * 32767), 0), 32767)]!;
    }
    return { width, height, data };
  },
};

/** Encodes an image and decodes it again. The library is loaded at the first call: options are checked against the table of distortions without it. */
async function throughFile({ width, height, data }: Image, encode: (pixels: Sharp) => Sharp): Promise<Image> {
  const { default: sharp } = await import('sharp');
  const file = await encode(sharp(data, { raw: { width, height, channels: 3 } })).toBuffer();
  return { width, height, data: pixelsOf(await sharp(file).raw().toBuffer()) };
}

/** The image with `left` copies of its first column and `top` copies of its first row before them. */
function extended({ width, height, data }: Image, left: number, top: number): Image {
  const larger = { width: width + left, height: height + top, data: new Uint8Array((width + left) * (height + top) * 3) };
  for (let y = 0, at = 0; y < larger.height; y++) {
    const row = data.subarray(Math.max(y - top, 0) * width * 3).subarray(0, width * 3);
    for (let copy = 0; copy < left; copy++, at += 3) larger.data.set(row.subarray(0, 3), at);
    larger.data.set(row, at);
    at += row.length;
  }
  return larger;
}

function shrunk(length: number, factor: number): number {
  return Math.max(1, Math.round(length / factor));
}

/** Rounds to whole numbers, with each step spread over an eighth, so that similar images have similar steps. */
function staircase(value: number): number {
  const whole = Math.floor(value);
  return whole + Math.min(Math.max((value - whole - 0.5) * 8 + 0.5, 0), 1);
}
