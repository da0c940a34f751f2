/** Wrong exposure: tone curves that lift or lower the middle, and plain offsets. */
import { bytesOfLab, labPlanes } from '../color/color-spaces.js';
import { monotoneCurve } from '../color/monotone-curve.js';
import { byteTable, lookUpBytes } from '../color/round-pixels.js';
import type { Distortion } from '../distortion.js';
import { sign } from '../parameters.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace } from '../workspace.js';

export const brighten: Distortion<never> = {
  group: 'brightness',
  strength: 'twice the distance by which the tone curve is raised at middle gray, 0..1.1',
  // KADID-10k's table.
  severities: [0.1, 0.2, 0.4, 0.7, 1.1],
  parameters: {},
  apply(image, amount) {
    const curve = monotoneCurve([
      [0, 0],
      [0.5, 0.5 + amount / 2],
      [1, 1],
    ]);
    const { width, height, data } = image;
    const lightnessCurve = Float32Array.from({ length: 2002 }, (_, index) => 100 * curve(Math.min(index / 2000, 1)));
    const channelCurve = Float32Array.from({ length: 256 }, (_, value) => 255 * curve(value / 255));
    // As in KADID-10k: the curve on the channels (two thirds) mixed with the curve on the lightness (one third), which keeps the colors.
    return inWorkspace((workspace) => {
      const source = workspace.load(data);
      const lab = labPlanes(workspace, source, width, height);
      const table = workspace.load(lightnessCurve);
      kernels.lookUpCurve(lab.lightness.pointer, height * lab.lightness.pitch, table, lightnessCurve.length, 20);
      const result = bytesOfLab(workspace, lab);
      kernels.mixWithCurve(source, result, data.length, workspace.load(channelCurve));
      return { width, height, data: workspace.bytes(result, data.length) };
    });
  },
};

export const darken: Distortion<never> = {
  group: 'brightness',
  strength: 'twice the distance by which the tone curve is lowered at middle gray, 0..1',
  // KADID-10k: .05 .1 .2 .4 .8; its first step is not noticeable.
  severities: [0.08, 0.15, 0.3, 0.5, 0.8],
  parameters: {},
  apply(image, amount) {
    const curve = monotoneCurve([
      [0, 0],
      [0.5, 0.5 - amount / 2],
      [1, 1],
    ]);
    return lookUpBytes(image, byteTable(curve));
  },
};

export const meanShift: Distortion<'sign'> = {
  group: 'brightness',
  strength: 'offset added to every value (times the sign), pixel values 0..1',
  // KADID-10k: 0 .08 -.08 .15 -.15; not ordered, and nothing at level 1: here the sign is drawn once and the magnitude grows.
  severities: [0.03, 0.06, 0.09, 0.12, 0.15],
  parameters: { sign },
  apply(image, amount, parameters) {
    return lookUpBytes(
      image,
      byteTable((value) => value + parameters.sign * amount),
    );
  },
};
