/** Overdone or underdone processing: sharpening and contrast. */
import { bytesOfLab, labPlanes } from '../color/color-spaces.js';
import { monotoneCurve } from '../color/monotone-curve.js';
import { byteTable, lookUpBytes } from '../color/round-pixels.js';
import type { Distortion } from '../distortion.js';
import { copyPlane, smoothPlane } from '../filters/gaussian-filter.js';
import { sign } from '../parameters.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace } from '../workspace.js';

export const highSharpen: Distortion<never> = {
  group: 'sharpness-contrast',
  strength: 'amount of the unsharp mask on the lightness (sigma 3)',
  // KADID-10k: 1 2 3 6 12, whose first value is already strong.
  severities: [0.4, 1, 2, 5, 12],
  parameters: {},
  apply(image, amount) {
    const { width, height, data } = image;
    return inWorkspace((workspace) => {
      const lab = labPlanes(workspace, workspace.load(data), width, height);
      const smooth = copyPlane(workspace, lab.lightness);
      smoothPlane(workspace, smooth, 3);
      kernels.sharpen(lab.lightness.pointer, smooth.pointer, height * smooth.pitch, amount);
      return { width, height, data: workspace.bytes(bytesOfLab(workspace, lab), data.length) };
    });
  },
};

export const linearContrastChange: Distortion<'sign'> = {
  group: 'sharpness-contrast',
  strength: 'four times the distance by which the tone curve moves at 1/4 and, the other way, at 3/4',
  // KADID-10k: 0 .15 -.4 .3 -.6; not ordered, and nothing at level 1: here the sign is drawn once and the magnitude grows.
  severities: [0.15, 0.3, 0.45, 0.6, 0.8],
  parameters: { sign },
  apply(image, magnitude, parameters) {
    const shift = (parameters.sign * magnitude) / 4;
    const curve = monotoneCurve([
      [0, 0],
      [0.25, 0.25 - shift],
      [0.75, 0.75 + shift],
      [1, 1],
    ]);
    return lookUpBytes(image, byteTable(curve));
  },
};

export const nonlinearContrastChange: Distortion<never> = {
  group: 'sharpness-contrast',
  strength: 'half of the range left around middle gray, 0.5 (all) to 0',
  // KADID-10k's table. (The name is KADID-10k's too: the change is an affine one.)
  severities: [0.4, 0.3, 0.2, 0.1, 0.05],
  parameters: {},
  apply(image, range) {
    return lookUpBytes(
      image,
      byteTable((value) => 0.5 + 2 * range * (value - 0.5)),
    );
  },
};
