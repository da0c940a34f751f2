/** Noise of sensors and transmission. Variances are those of pixel values scaled to 0..1. */
import type { Image } from '../../images/image.js';
import type { Distortion } from '../distortion.js';
import { noiseSeed } from '../parameters.js';
import { normalField, uniformField } from '../pixel-noise.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace } from '../workspace.js';

export const whiteNoise: Distortion<'seed'> = {
  group: 'noise',
  strength: 'variance of the noise, pixel values 0..1',
  // KADID-10k: .001 .002 .003 .005 .01; a milder start, and steps that are equally visible (the deviation grows by 1.4 to 1.6 each).
  severities: [0.0003, 0.0008, 0.002, 0.005, 0.01],
  parameters: { seed: noiseSeed },
  apply(image, variance, { seed }) {
    return withNormalNoise(image, seed, (source, target, noise) =>
      kernels.addNoise(source, target, noise, image.data.length, 255 * Math.sqrt(variance)),
    );
  },
};

export const whiteNoiseYcbcr: Distortion<'seed'> = {
  group: 'noise',
  strength: 'variance of the noise in each of Y, Cb, Cr, values 0..1',
  // KADID-10k's table.
  severities: [0.0001, 0.0005, 0.001, 0.002, 0.003],
  parameters: { seed: noiseSeed },
  apply(image, variance, { seed }) {
    return withNormalNoise(image, seed, (source, target, noise) =>
      kernels.addYcbcrNoise(source, target, noise, image.width * image.height, 255 * Math.sqrt(variance)),
    );
  },
};

export const impulseNoise: Distortion<'seed'> = {
  group: 'noise',
  strength: 'share of channel values replaced, half by black and half by white',
  // KADID-10k's table.
  severities: [0.001, 0.005, 0.01, 0.02, 0.03],
  parameters: { seed: noiseSeed },
  apply(image, density, { seed }) {
    const count = image.data.length;
    return inWorkspace((workspace) => {
      const source = workspace.load(image.data);
      const field = uniformField(workspace, count, seed);
      kernels.setImpulses(source, source, field, count, (density / 2) * 2 ** 32, (1 - density / 2) * 2 ** 32);
      return { ...image, data: workspace.bytes(source, count) };
    });
  },
};

export const multiplicativeNoise: Distortion<'seed'> = {
  group: 'noise',
  strength: 'variance of the factor around 1 (speckle)',
  // KADID-10k's table.
  severities: [0.001, 0.005, 0.01, 0.02, 0.05],
  parameters: { seed: noiseSeed },
  apply(image, variance, { seed }) {
    return withNormalNoise(image, seed, (source, target, noise) =>
      kernels.multiplyNoise(source, target, noise, image.data.length, Math.sqrt(variance)),
    );
  },
};

/** The image that a kernel makes of an image's bytes and a field of normal noise, one value for each byte. */
function withNormalNoise(image: Image, seed: number, change: (source: number, target: number, noise: number) => void): Image {
  const count = image.data.length;
  return inWorkspace((workspace) => {
    const source = workspace.load(image.data);
    const target = workspace.reserve(count);
    change(source, target, normalField(workspace, count, seed));
    return { ...image, data: workspace.bytes(target, count) };
  });
}
