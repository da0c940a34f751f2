/** What sensors and transmission add to every pixel. Variances are those of pixel values scaled to 0..1. */
import type { Distortion } from '../distortion.js';
import { noiseSeed } from '../parameters.js';
import { pixelNoise } from '../pixel-noise.js';

export const whiteNoise: Distortion<'seed'> = {
  name: 'white-noise',
  group: 'noise',
  strength: 'variance of the noise, pixel values 0..1',
  // KADID-10k: .001 .002 .003 .005 .01; a milder start, and steps that are equally visible (the deviation grows by 1.4 to 1.6 each).
  severities: [0.0003, 0.0008, 0.002, 0.005, 0.01],
  parameters: { seed: noiseSeed },
  apply(image, variance, { seed }) {
    const source = image.data;
    const noise = normalField(source.length, seed);
    const scale = 255 * Math.sqrt(variance);
    const data = new Uint8ClampedArray(source.length);
    for (let index = 0; index < data.length; index++) data[index] = source[index]! + scale * noise[index]!;
    return { ...image, data: new Uint8Array(data.buffer) };
  },
};

export const whiteNoiseYcbcr: Distortion<'seed'> = {
  name: 'white-noise-ycbcr',
  group: 'noise',
  strength: 'variance of the noise in each of Y, Cb, Cr, values 0..1',
  // KADID-10k's table.
  severities: [0.0001, 0.0005, 0.001, 0.002, 0.003],
  parameters: { seed: noiseSeed },
  apply(image, variance, { seed }) {
    const source = image.data;
    const noise = normalField(source.length, seed);
    const scale = 255 * Math.sqrt(variance);
    const data = new Uint8ClampedArray(source.length);
    // YCbCr (ITU-R BT.601, full range) is linear: adding noise there adds the noise's own conversion to RGB here.
    for (let index = 0; index < data.length; index += 3) {
      const y = scale * noise[index]!;
      const cb = scale * noise[index + 1]!;
      const cr = scale * noise[index + 2]!;
      data[index] = source[index]! + y + 1.402 * cr;
      data[index + 1] = source[index + 1]! + y - 0.344136 * cb - 0.714136 * cr;
      data[index + 2] = source[index + 2]! + y + 1.772 * cb;
    }
    return { ...image, data: new Uint8Array(data.buffer) };
  },
};

export const impulseNoise: Distortion<'seed'> = {
  name: 'impulse-noise',
  group: 'noise',
  strength: 'share of channel values replaced, half by black and half by white',
  // KADID-10k's table.
  severities: [0.001, 0.005, 0.01, 0.02, 0.03],
  parameters: { seed: noiseSeed },
  apply(image, density, { seed }) {
    const field = new Uint32Array(image.data.length);
    pixelNoise(seed).fillUniform(field);
    const data = new Uint8Array(image.data);
    const black = (density / 2) * 2 ** 32;
    const white = (1 - density / 2) * 2 ** 32;
    for (let index = 0; index < data.length; index++) {
      const draw = field[index]!;
      if (draw < black) data[index] = 0;
      else if (draw >= white) data[index] = 255;
    }
    return { ...image, data };
  },
};

export const multiplicativeNoise: Distortion<'seed'> = {
  name: 'multiplicative-noise',
  group: 'noise',
  strength: 'variance of the factor around 1 (speckle)',
  // KADID-10k's table.
  severities: [0.001, 0.005, 0.01, 0.02, 0.05],
  parameters: { seed: noiseSeed },
  apply(image, variance, { seed }) {
    const source = image.data;
    const noise = normalField(source.length, seed);
    const scale = Math.sqrt(variance);
    const data = new Uint8ClampedArray(source.length);
    for (let index = 0; index < data.length; index++) data[index] = source[index]! * (1 + scale * noise[index]!);
    return { ...image, data: new Uint8Array(data.buffer) };
  },
};

function normalField(length: number, seed: number): Float32Array {
  const field = new Float32Array(length);
  pixelNoise(seed).fillNormal(field);
  return field;
}
