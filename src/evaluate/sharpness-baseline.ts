/** The baseline beside every model: one classic line of code, which a model worth its name must beat. */
import type { Image } from '../images/image.js';

/** Its name in results. */
export const baselineName = 'log variance of Laplacian';

/** Score of a picture of one gray, whose variance is 0. */
const leastVariance = 1e-9;

/**
 * The natural logarithm of the variance of the Laplacian of luminance, at full resolution: an image in focus has more of it.
 * Luminance is .299 R + .587 G + .114 B rounded to 8 bits, the Laplacian has the kernel [0 1 0; 1 -4 1; 0 1 0] with borders
 * mirrored around the outermost pixels: `cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var()` in OpenCV.
 * J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy: a comparative study", ICPR 2000.
 */
export function logLaplacianVariance({ width, height, data }: Image): number {
  const luminance = new Uint8Array(width * height);
  // Weights of 14 bits, as OpenCV has them: integers round the same everywhere.
  for (let i = 0; i < luminance.length; i++) {
    luminance[i] = (4899 * data[i * 3]! + 9617 * data[i * 3 + 1]! + 1868 * data[i * 3 + 2]! + 8192) >> 14;
  }
  // Sums of integers are exact.
  let [sum, squares] = [0, 0];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const above = mirrored(y - 1, height) * width;
    const below = mirrored(y + 1, height) * width;
    for (let x = 0; x < width; x++) {
      const beside = luminance[row + mirrored(x - 1, width)]! + luminance[row + mirrored(x + 1, width)]!;
      const value = luminance[above + x]! + luminance[below + x]! + beside - 4 * luminance[row + x]!;
      sum += value;
      squares += value * value;
    }
  }
  const count = width * height;
  return Math.log(Math.max(leastVariance, squares / count - (sum / count) ** 2));
}

/** -1 is 1, the size is the size - 2. */
function mirrored(place: number, size: number): number {
  if (size === 1) return 0;
  return place < 0 ? 1 : place === size ? size - 2 : place;
}
