/** Loss of detail by optics and movement. */
import type { Distortion } from '../distortion.js';
import { gaussianFilter } from '../recursive-gaussian.js';
import { bytesOf } from '../round-pixels.js';

export const gaussianBlur: Distortion<never> = {
  name: 'gaussian-blur',
  group: 'blur',
  strength: 'standard deviation of the kernel, pixels',
  // KADID-10k: .1 .5 1 2 5; a sigma of .1 leaves every byte as it was.
  severities: [0.5, 0.9, 1.6, 2.8, 5],
  parameters: {},
  apply(image, sigma) {
    const values = Float32Array.from(image.data);
    gaussianFilter(values, image.width, image.height, 3, sigma);
    return { ...image, data: bytesOf(values) };
  },
};
