/** How close a degraded image is to its pristine one, by the two measures that everybody knows. */
import type { Image } from '../datasets/image.js';
import { lumaOfImage } from './color-spaces.js';
import { gaussianFilter } from './gaussian-filter.js';

/** Mean squared error of the bytes of two images of one size, all channels together; 0 for equal ones. */
export function meanSquaredError(pristine: Image, degraded: Image): number {
  let sum = 0;
  for (let index = 0; index < pristine.data.length; index++) sum += (pristine.data[index]! - degraded.data[index]!) ** 2;
  return sum / pristine.data.length;
}

/** Peak signal-to-noise ratio in decibels: 10 log10(255^2 / mean squared error); infinite for equal images. */
export function peakSignalToNoiseRatio(pristine: Image, degraded: Image): number {
  return 10 * Math.log10(255 ** 2 / meanSquaredError(pristine, degraded));
}

/**
 * Structural similarity of the luma of two images of one size, mean over all pixels, -1..1; 1 for equal ones (Wang et al. 2004: Gaussian
 * window of sigma 1.5, K1 .01, K2 .03).
 */
export function structuralSimilarity(pristine: Image, degraded: Image): number {
  const { width, height } = pristine;
  const [x, y] = [lumaOfImage(pristine), lumaOfImage(degraded)];
  // Variances do not depend on the level, but the rounding of squares does.
  const middle = x.reduce((sum, value) => sum + value, 0) / x.length;
  for (const values of [x, y]) for (let index = 0; index < values.length; index++) values[index]! -= middle;
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
    const [dx, dy] = [x[index]!, y[index]!];
    const [vx, vy, cov] = [xx[index]! - dx * dx, yy[index]! - dy * dy, xy[index]! - dx * dy];
    const [mx, my] = [dx + middle, dy + middle];
    sum += ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
  }
  return sum / x.length;
}
