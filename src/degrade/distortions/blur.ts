/** Loss of detail by optics and movement. */

import type { Distortion } from '../distortion.js';
import { discKernel, segmentKernel } from '../filters/blur-kernels.js';
import { reservePlane, smoothPlane } from '../filters/gaussian-filter.js';
import { sparseFilter } from '../filters/sparse-filter.js';
import { orientation } from '../parameters.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace } from '../workspace.js';

export const gaussianBlur: Distortion<never> = {
  group: 'blur',
  strength: 'standard deviation of the kernel, pixels',
  // KADID-10k: .1 .5 1 2 5; a sigma of .1 changes no byte.
  severities: [0.6, 1, 1.7, 3, 5],
  parameters: {},
  apply(image, sigma) {
    const { width, height, data } = image;
    return inWorkspace((workspace) => {
      const source = workspace.load(data);
      const plane = reservePlane(workspace, width, height, 3);
      kernels.widenBytes(source, plane.pointer, width * 3, height, plane.pitch);
      smoothPlane(workspace, plane, sigma);
      kernels.narrowRows(plane.pointer, source, width * 3, height, plane.pitch);
      return { width, height, data: workspace.bytes(source, data.length) };
    });
  },
};

export const lensBlur: Distortion<never> = {
  group: 'blur',
  strength: 'radius of the disc, pixels',
  // KADID-10k: 1 2 4 6 8; a constant ratio, since 8 is hardly worse than 6 and a disc passes some fine detail again.
  severities: [1, 1.7, 2.8, 4.8, 8],
  parameters: {},
  apply(image, radius) {
    return sparseFilter(image, discKernel(radius));
  },
};

export const motionBlur: Distortion<'orientation'> = {
  group: 'blur',
  strength: 'length of the path, pixels',
  // KADID-10k: 1 2 4 6 10, of which 1 is the identity.
  severities: [2, 3, 5, 8, 12],
  parameters: { orientation },
  apply(image, length, parameters) {
    return sparseFilter(image, segmentKernel(length, parameters.orientation));
  },
};
