/** The color spaces in which distortions act, each defined once. */
import type { Image } from '../../images/image.js';
import { type Plane, reservePlane } from '../filters/gaussian-filter.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace, keepTable, type Workspace } from '../workspace.js';
import { byteOfLinear, linearOfByte } from './linear-light.js';

/**
 * Pixels in CIELAB (D65, 2 degrees) in a workspace, lightness apart from color, so that a filter can act on one of them.
 * HSV and YCbCr need no conversion: the distortions that act there have exact forms in RGB (see `simd/saturate.ts`, `simd/noise.ts`).
 */
export interface LabPlanes {
  /** One channel, L* in 0..100. */
  readonly lightness: Plane;
  /** Two channels, a* and b*, about -110..110. */
  readonly color: Plane;
}

const linearTable = keepTable(linearOfByte);
const byteTable = keepTable(byteOfLinear);

/**
 * CIELAB of sRGB bytes.
 * @param source pointer to [height, width, 3] bytes
 */
export function labPlanes(workspace: Workspace, source: number, width: number, height: number): LabPlanes {
  const lightness = reservePlane(workspace, width, height, 1);
  const color = reservePlane(workspace, width, height, 2);
  kernels.labOfBytes(source, lightness.pointer, color.pointer, width, height, lightness.pitch, color.pitch, linearTable);
  return { lightness, color };
}

/**
 * The sRGB bytes of CIELAB pixels; colors outside sRGB are clipped per channel.
 * @returns pointer to [height, width, 3] bytes
 */
export function bytesOfLab(workspace: Workspace, { lightness, color }: LabPlanes): number {
  const { width, height } = lightness;
  const target = workspace.reserve(width * height * 3);
  kernels.bytesOfLab(lightness.pointer, color.pointer, target, width, height, lightness.pitch, color.pitch, byteTable);
  return target;
}

/** CIELAB of an sRGB image: L* [height, width] and a*, b* [height, width, 2]. */
export function labOfImage({ width, height, data }: Image): { lightness: Float32Array; ab: Float32Array } {
  return inWorkspace((workspace) => {
    const { lightness, color } = labPlanes(workspace, workspace.load(data), width, height);
    return { lightness: valuesOf(workspace, lightness), ab: valuesOf(workspace, color) };
  });
}

function valuesOf(workspace: Workspace, { pointer, width, height, channels, pitch }: Plane): Float32Array {
  const length = width * channels;
  const values = new Float32Array(height * length);
  for (let row = 0; row < height; row++) values.set(workspace.floats(pointer + 4 * row * pitch, length), row * length);
  return values;
}

/** Luma of ITU-R BT.601, [height, width], 0..255. */
export function lumaOfImage(image: Image): Float32Array {
  const { data } = image;
  const luma = new Float32Array(image.width * image.height);
  for (let pixel = 0, at = 0; pixel < luma.length; pixel++, at += 3) {
    luma[pixel] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  return luma;
}
