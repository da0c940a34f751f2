/** Wrong colors: too little, too much, displaced. */
import type { Image } from '../../images/image.js';
import { bytesOfLab, type LabPlanes, labPlanes } from '../color/color-spaces.js';
import type { Distortion } from '../distortion.js';
import { type Plane, reservePlane, smoothPlane } from '../filters/gaussian-filter.js';
import { direction } from '../parameters.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace, type Workspace } from '../workspace.js';

export const colorDiffusion: Distortion<never> = {
  group: 'color',
  strength: 'factor of a* and b*, which are smoothed first with a sigma of 2 + 1.5 times the factor, pixels',
  // KADID-10k: 1 3 6 8 12; a constant ratio, up to the point where most colors are clipped and the error grows no more.
  severities: [1.2, 1.8, 2.8, 4.5, 7.5],
  parameters: {},
  apply(image, factor) {
    return inLab(image, (workspace, { color }) => {
      smoothPlane(workspace, color, 1.5 * factor + 2);
      kernels.scaleValues(color.pointer, color.height * color.pitch, factor);
    });
  },
};

export const colorShift: Distortion<'direction'> = {
  group: 'color',
  strength: 'displacement of the green channel, pixels',
  // KADID-10k: 1 3 6 8 12; from the first noticeable value. Beyond the size of the finest texture (2 pixels on photographs) the error grows no more.
  severities: [0.7, 0.92, 1.2, 1.55, 2],
  parameters: { direction },
  apply(image, distance, parameters) {
    const { width, height, data } = image;
    return inWorkspace((workspace) => {
      const source = workspace.load(data);
      const { mask, low, high } = edgeMask(workspace, source, width, height);
      const target = workspace.reserve(data.length);
      const [shiftX, shiftY] = [-distance * Math.cos(parameters.direction), -distance * Math.sin(parameters.direction)];
      const lines = workspace.reserve(12 * (width + 8));
      kernels.shiftGreen(source, target, mask.pointer, lines, width, height, mask.pitch, shiftX, shiftY, low, high);
      return { width, height, data: workspace.bytes(target, data.length) };
    });
  },
};

export const colorSaturationHsv: Distortion<never> = {
  group: 'color',
  strength: 'factor of the saturation in HSV; below 0 the colors are complementary',
  // KADID-10k: .4 .2 .1 0 -.4; a milder start and even steps.
  severities: [0.75, 0.5, 0.25, -0.05, -0.4],
  parameters: {},
  apply(image, factor) {
    return inWorkspace((workspace) => {
      const source = workspace.load(image.data);
      const target = workspace.reserve(image.data.length);
      kernels.saturate(source, target, image.width * image.height, factor);
      return { ...image, data: workspace.bytes(target, image.data.length) };
    });
  },
};

export const colorSaturationLab: Distortion<never> = {
  group: 'color',
  strength: 'factor of a* and b*',
  // KADID-10k: 1 2 3 6 9, of which 1 is the identity.
  severities: [1.35, 2, 3, 5, 9],
  parameters: {},
  apply(image, factor) {
    return inLab(image, (_, { color }) => kernels.scaleValues(color.pointer, color.height * color.pitch, factor));
  },
};

/** The image after a change of its CIELAB planes in place. */
function inLab({ width, height, data }: Image, change: (workspace: Workspace, lab: LabPlanes) => void): Image {
  return inWorkspace((workspace) => {
    const lab = labPlanes(workspace, workspace.load(data), width, height);
    change(workspace, lab);
    return { width, height, data: workspace.bytes(bytesOfLab(workspace, lab), data.length) };
  });
}

/** Edges of the luma: the length of its gradient, smoothed (sigma 4), with its 1st and 99th percentile, which stand for 0 and 1. */
function edgeMask(workspace: Workspace, source: number, width: number, height: number): { mask: Plane; low: number; high: number } {
  const mask = reservePlane(workspace, width, height, 1);
  kernels.gradientLength(source, workspace.reserve(4 * height * (mask.pitch + 8)), mask.pointer, width, height, mask.pitch);
  smoothPlane(workspace, mask, 4);
  const range = workspace.reserve(8);
  kernels.percentileRange(mask.pointer, width, height, mask.pitch, workspace.reserve(4 * 4097), range);
  const [low, high] = workspace.floats(range, 2) as unknown as [number, number];
  return { mask, low, high };
}
