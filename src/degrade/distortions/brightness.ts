/** Wrong exposure: tone curves that lift or lower the middle, and plain offsets. */
import type { Distortion } from '../distortion.js';
import { monotoneCurve } from '../monotone-curve.js';
import { sign } from '../parameters.js';
import { byteTable, lookUpBytes } from '../round-pixels.js';

export const darken: Distortion<never> = {
  name: 'darken',
  group: 'brightness',
  strength: 'twice the distance by which the tone curve is lowered at middle grey, 0..1',
  // KADID-10k's table.
  severities: [0.05, 0.1, 0.2, 0.4, 0.8],
  parameters: {},
  apply(image, amount) {
    const curve = monotoneCurve([
      [0, 0],
      [0.5, 0.5 - amount / 2],
      [1, 1],
    ]);
    return { ...image, data: lookUpBytes(image.data, byteTable(curve)) };
  },
};

export const meanShift: Distortion<'sign'> = {
  name: 'mean-shift',
  group: 'brightness',
  strength: 'offset added to every value (times the sign), pixel values 0..1',
  // KADID-10k: 0 .08 -.08 .15 -.15; not ordered, and nothing at level 1: here the sign is drawn once and the magnitude grows.
  severities: [0.03, 0.06, 0.09, 0.12, 0.15],
  parameters: { sign },
  apply(image, amount, parameters) {
    return {
      ...image,
      data: lookUpBytes(
        image.data,
        byteTable((value) => value + parameters.sign * amount),
      ),
    };
  },
};
