/** PSNR and SSIM, the two best-known measures of the distance between a degraded image and its pristine one. */
import type { Image } from '../images/image.js';
import { lumaOfImage } from './color/color-spaces.js';
import { gaussianFilter } from './filters/gaussian-filter.js';

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
  let middle = 0;
  for (let index = 0; index < x.length; index++) middle += x[index]! / x.length;
  // x, y, x^2, y^2 and x y, smoothed together.
  const moments = new Float32Array(5 * x.length);
  for (let index = 0, at = 0; index < x.length; index++, at += 5) {
    const [dx, dy] = [x[index]! - middle, y[index]! - middle];
    moments[at] = dx;
    moments[at + 1] = dy;
    moments[at + 2] = dx * dx;
    moments[at + 3] = dy * dy;
    moments[at + 4] = dx * dy;
  }
  gaussianFilter(moments, width, height, 5, 1.5);
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  let sum = 0;
  for (let at = 0; at < moments.length; at += 5) {
    const [dx, dy] = [moments[at]!, moments[at + 1]!];
    const [vx, vy, cov] = [moments[at + 2]! - dx * dx, moments[at + 3]! - dy * dy, moments[at + 4]! - dx * dy];
    const [mx, my] = [dx + middle, dy + middle];
    sum += ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
  }
  return sum / x.length;
}
