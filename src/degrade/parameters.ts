/** The kinds of numbers that distortions draw once per composition: how to draw them and what a manifest may hold. */
import type { RandomStream } from '../support/random.js';
import type { Distortion, DistortionParameter, DistortionParameters } from './distortion.js';

/** The seed of a field of pixel noise: levels scale or threshold one field, so that each contains the one before. */
export const noiseSeed: DistortionParameter = {
  about: 'seed of the pixel noise, 0..4294967295',
  sample: (random) => random.uint32(),
  accepts: (value) => Number.isInteger(value) && value >= 0 && value <= 0xffffffff,
};

/** A direction that differs from its opposite. */
export const direction: DistortionParameter = {
  about: 'direction, radians, 0..2 pi, clockwise from the right',
  sample: (random) => random.between(0, 2 * Math.PI),
  accepts: (value) => value >= 0 && value < 2 * Math.PI,
};

/** A direction that equals its opposite. */
export const orientation: DistortionParameter = {
  about: 'orientation, radians, 0..pi, clockwise from the right',
  sample: (random) => random.between(0, Math.PI),
  accepts: (value) => value >= 0 && value < Math.PI,
};

/** The sign of the change, fixed for all levels, since an alternating sign would not be ordered. */
export const sign: DistortionParameter = {
  about: 'sign of the change, -1 or 1',
  sample: (random) => (random.uniform() < 0.5 ? -1 : 1),
  accepts: (value) => value === -1 || value === 1,
};

/** Offset of the grid of a first JPEG from that of the second, never 0. */
export const gridOffset: DistortionParameter = {
  about: 'displacement of the 8x8 blocks of the first encoder, pixels, 1..7',
  sample: (random) => 1 + random.integer(7),
  accepts: (value) => Number.isInteger(value) && value >= 1 && value <= 7,
};

/** One draw of every parameter that a distortion declares, in the order of its declaration. */
export function sampleParameters(distortion: Distortion, random: RandomStream): DistortionParameters {
  return Object.fromEntries(Object.entries(distortion.parameters).map(([name, parameter]) => [name, parameter.sample(random)]));
}
