/** How far a degraded image lies from its pristine one: distances that fit different groups of distortions. */
import type { Image } from '#antonym/datasets/image.js';
import { labOfImage, lumaOfImage } from '#antonym/degrade/color-spaces.js';
import { gaussianFilter } from '#antonym/degrade/recursive-gaussian.js';

export type Distance = (pristine: Image, degraded: Image) => number;

/** Mean squared error of the bytes. */
export const meanSquaredError: Distance = (pristine, degraded) => {
  let sum = 0;
  for (let index = 0; index < pristine.data.length; index++) sum += (pristine.data[index]! - degraded.data[index]!) ** 2;
  return sum / pristine.data.length;
};

/** 1 - SSIM of the luma (Wang et al. 2004: Gaussian window of sigma 1.5, K1 .01, K2 .03), mean over all pixels. */
export const structuralDistance: Distance = (pristine, degraded) => {
  const { width, height } = pristine;
  const [x, y] = [lumaOfImage(pristine), lumaOfImage(degraded)];
  const smooth = (values: Float32Array): Float32Array => {
    gaussianFilter(values, width, height, 1, 1.5);
    return values;
  };
  const xx = smooth(x.map((value) => value * value));
  const yy = smooth(y.map((value) => value * value));
  const xy = smooth(x.map((value, index) => value * y[index]!));
  smooth(x);
  smooth(y);
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  let sum = 0;
  for (let index = 0; index < x.length; index++) {
    const [mx, my] = [x[index]!, y[index]!];
    const [vx, vy, cov] = [xx[index]! - mx * mx, yy[index]! - my * my, xy[index]! - mx * my];
    sum += ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
  }
  return 1 - sum / x.length;
};

/** Mean Euclidean distance in CIELAB (the colour difference of CIE 1976). */
export const colorDifference: Distance = (pristine, degraded) => {
  const [a, b] = [labOfImage(pristine), labOfImage(degraded)];
  let sum = 0;
  for (let pixel = 0; pixel < a.lightness.length; pixel++) {
    const l = a.lightness[pixel]! - b.lightness[pixel]!;
    const redGreen = a.ab[2 * pixel]! - b.ab[2 * pixel]!;
    const yellowBlue = a.ab[2 * pixel + 1]! - b.ab[2 * pixel + 1]!;
    sum += Math.sqrt(l * l + redGreen * redGreen + yellowBlue * yellowBlue);
  }
  return sum / a.lightness.length;
};
