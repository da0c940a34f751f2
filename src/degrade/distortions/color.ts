/** Wrong colours: too little, too much, displaced. */
import type { Image } from '../../datasets/image.js';
import { bytesOfLab, labOfImage, lumaOfImage } from '../color-spaces.js';
import type { Distortion } from '../distortion.js';
import { direction } from '../parameters.js';
import { gaussianFilter } from '../recursive-gaussian.js';

export const colorDiffusion: Distortion<never> = {
  name: 'color-diffusion',
  group: 'color',
  strength: 'factor of a* and b*, which are smoothed first with a sigma of 2 + 1.5 times the factor, pixels',
  // KADID-10k: 1 3 6 8 12; a smaller first step and a constant ratio.
  severities: [1, 1.7, 3, 6, 12],
  parameters: {},
  apply(image, factor) {
    const lab = labOfImage(image);
    gaussianFilter(lab.ab, image.width, image.height, 2, 1.5 * factor + 2);
    for (let index = 0; index < lab.ab.length; index++) lab.ab[index]! *= factor;
    return { ...image, data: bytesOfLab(lab) };
  },
};

export const colorShift: Distortion<'direction'> = {
  name: 'color-shift',
  group: 'color',
  strength: 'displacement of the green channel, pixels',
  // KADID-10k: 1 3 6 8 12; beyond the size of the texture (4 pixels on photographs) more displacement is no more error.
  severities: [0.4, 0.7, 1.2, 2.1, 3.6],
  parameters: { direction },
  apply(image, distance, parameters) {
    const { width, height, data: source } = image;
    const mask = edgeMask(image);
    const shiftX = -distance * Math.cos(parameters.direction);
    const shiftY = -distance * Math.sin(parameters.direction);
    const [wholeX, wholeY] = [Math.floor(shiftX), Math.floor(shiftY)];
    const [tx, ty] = [shiftX - wholeX, shiftY - wholeY];
    const clamp = (index: number, count: number): number => Math.min(Math.max(index, 0), count - 1);
    // The green of each column and the next, at the displaced place; borders continue.
    const columns = Int32Array.from({ length: width + 1 }, (_, x) => clamp(x + wholeX, width) * 3 + 1);
    const data = new Uint8ClampedArray(source);
    for (let y = 0, pixel = 0; y < height; y++) {
      const upper = clamp(y + wholeY, height) * width * 3;
      const lower = clamp(y + wholeY + 1, height) * width * 3;
      for (let x = 0; x < width; x++, pixel++) {
        const [left, right] = [columns[x]!, columns[x + 1]!];
        const above = source[upper + left]! + (source[upper + right]! - source[upper + left]!) * tx;
        const below = source[lower + left]! + (source[lower + right]! - source[lower + left]!) * tx;
        const own = source[pixel * 3 + 1]!;
        data[pixel * 3 + 1] = own + (above + (below - above) * ty - own) * mask[pixel]!;
      }
    }
    return { width, height, data: new Uint8Array(data.buffer) };
  },
};

export const colorSaturationHsv: Distortion<never> = {
  name: 'color-saturation-hsv',
  group: 'color',
  strength: 'factor of the saturation in HSV; below 0 the colours are complementary',
  // KADID-10k: .4 .2 .1 0 -.4; a milder start and even steps.
  severities: [0.75, 0.5, 0.25, -0.05, -0.4],
  parameters: {},
  apply(image, factor) {
    const source = image.data;
    const data = new Uint8ClampedArray(source.length);
    // With hue and value fixed, every channel's distance from the largest is proportional to the saturation.
    for (let index = 0; index < data.length; index += 3) {
      const [red, green, blue] = [source[index]!, source[index + 1]!, source[index + 2]!];
      const value = Math.max(red, green, blue);
      data[index] = value - factor * (value - red);
      data[index + 1] = value - factor * (value - green);
      data[index + 2] = value - factor * (value - blue);
    }
    return { ...image, data: new Uint8Array(data.buffer) };
  },
};

export const colorSaturationLab: Distortion<never> = {
  name: 'color-saturation-lab',
  group: 'color',
  strength: 'factor of a* and b*',
  // KADID-10k: 1 2 3 6 9, of which 1 is the identity.
  severities: [1.35, 2, 3, 5, 9],
  parameters: {},
  apply(image, factor) {
    const lab = labOfImage(image);
    for (let index = 0; index < lab.ab.length; index++) lab.ab[index]! *= factor;
    return { ...image, data: bytesOfLab(lab) };
  },
};

/** Where the luma changes, 0..1: the length of its gradient, smoothed (sigma 4), its 1st and 99th percentile mapped to 0 and 1. */
function edgeMask(image: Image): Float32Array {
  const { width, height } = image;
  const luma = lumaOfImage(image);
  const mask = new Float32Array(luma.length);
  for (let y = 0; y < height; y++) {
    const up = Math.max(y - 1, 0) * width;
    const down = Math.min(y + 1, height - 1) * width;
    for (let x = 0; x < width; x++) {
      const horizontal = luma[y * width + Math.min(x + 1, width - 1)]! - luma[y * width + Math.max(x - 1, 0)]!;
      const vertical = luma[down + x]! - luma[up + x]!;
      mask[y * width + x] = Math.sqrt(horizontal * horizontal + vertical * vertical);
    }
  }
  gaussianFilter(mask, width, height, 1, 4);
  const [low, high] = [percentile(mask, 1), percentile(mask, 99)];
  for (let pixel = 0; pixel < mask.length; pixel++)
    mask[pixel] = high > low ? Math.min(Math.max((mask[pixel]! - low) / (high - low), 0), 1) : 1;
  return mask;
}

/** The percentile of non-negative values, to 1/4096 of the largest. */
function percentile(values: Float32Array, percent: number): number {
  let largest = 0;
  for (let index = 0; index < values.length; index++) if (values[index]! > largest) largest = values[index]!;
  const counts = new Uint32Array(4097);
  const binsPerUnit = largest > 0 ? 4096 / largest : 0;
  for (let index = 0; index < values.length; index++) counts[Math.max(0, values[index]! * binsPerUnit) | 0]!++;
  let below = 0;
  let bin = 0;
  while (bin < 4096 && below + counts[bin]! <= (percent / 100) * values.length) below += counts[bin++]!;
  return (bin / 4096) * largest;
}
