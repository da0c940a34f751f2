/** Gaussian smoothing whose cost does not depend on the width of the kernel. */
import { kernels } from '../simd-kernels.js';
import { inWorkspace, type Workspace } from '../workspace.js';

/** Rows of float32 in a workspace, padded to whole vectors, with one more row below that filters use as scratch. */
export interface Plane {
  readonly pointer: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Interleaved. */
  readonly channels: number;
  /** Values from one row to the next. */
  readonly pitch: number;
}

/** A plane of unknown content. */
export function reservePlane(workspace: Workspace, width: number, height: number, channels: number): Plane {
  const pitch = pitchOf(width * channels);
  return { pointer: workspace.reserve(planeBytes({ height, pitch })), width, height, channels, pitch };
}

export function copyPlane(workspace: Workspace, plane: Plane): Plane {
  return { ...plane, pointer: workspace.copy(plane.pointer, planeBytes(plane)) };
}

/** Bytes of a plane with its row of scratch. */
function planeBytes({ height, pitch }: Pick<Plane, 'height' | 'pitch'>): number {
  return 4 * (height + 1) * pitch;
}

/** An odd number of cache lines of 16 values: with an even one, the elements of a column would compete for a few sets of the cache. */
function pitchOf(values: number): number {
  return (Math.ceil(values / 16) | 1) * 16;
}

/**
 * Smooths a plane in place with a Gaussian, borders continued by their outermost pixel.
 * Deriche, "Recursively implementing the Gaussian and its derivatives" (INRIA 1893, 1993), fourth order: within about 1e-3 of the peak
 * of the exact kernel at any sigma; constants from Getreuer, "A survey of Gaussian convolution algorithms" (IPOL 2013). The two sections of
 * second order run side by side: their sum, one recursion of fourth order, would lose its precision in float32 at large sigma.
 * @param sigma standard deviation, pixels, above 0
 */
export function smoothPlane(workspace: Workspace, plane: Plane, sigma: number): void {
  const { pointer, width, height, channels, pitch } = plane;
  const coefficients = workspace.load(coefficientsOf(sigma));
  const turned = reservePlane(workspace, height, width, channels);
  const line = workspace.reserve(4 * Math.max(height * pitch, width * turned.pitch));
  kernels.smoothColumns(pointer, turned.pointer, line, width, height, channels, pitch, turned.pitch, coefficients);
  kernels.smoothColumns(turned.pointer, pointer, line, height, width, channels, turned.pitch, pitch, coefficients);
}

/**
 * Does the same as `smoothPlane` for values in JavaScript's memory.
 * @param values [height, width, channels], smoothed in place
 */
export function gaussianFilter(values: Float32Array, width: number, height: number, channels: number, sigma: number): void {
  inWorkspace((workspace) => {
    const plane = reservePlane(workspace, width, height, channels);
    const length = width * channels;
    const rowOf = (row: number): Float32Array => workspace.floats(plane.pointer + 4 * row * plane.pitch, length);
    for (let row = 0; row < height; row++) rowOf(row).set(values.subarray(row * length, (row + 1) * length));
    smoothPlane(workspace, plane, sigma);
    for (let row = 0; row < height; row++) values.set(rowOf(row), row * length);
  });
}

/** g(n) = sum over two terms of exp(-decay n / sigma) (cosine cos(frequency n / sigma) + sine sin(frequency n / sigma)), n >= 0. */
const terms = [
  { cosine: 1.68, sine: 3.735, decay: 1.783, frequency: 0.6318 },
  { cosine: -0.6803, sine: -0.2598, decay: 1.723, frequency: 1.997 },
] as const;

/** The coefficients for `smoothColumns`: p, q, b, c, r, s of both sections. */
function coefficientsOf(sigma: number): Float32Array {
  // Each term is a filter of second order, (p + q/z) / (1 + r/z + s/z^2); the other side is the same response without its sample at 0,
  // (b/z + c/z^2) / (1 + r/z + s/z^2) with b = q - p r and c = -p s.
  const sections = terms.map(({ cosine, sine, decay, frequency }) => {
    const shrink = Math.exp(-decay / sigma);
    const [c, s] = [Math.cos(frequency / sigma), Math.sin(frequency / sigma)];
    return { p: cosine, q: shrink * (sine * s - cosine * c), r: Math.fround(-2 * shrink * c), s: Math.fround(shrink * shrink) };
  });
  const gain = sections.reduce((sum, { p, q, r, s }) => sum + (p + q + (q - p * r) - p * s) / (1 + r + s), 0);
  return Float32Array.from(sections.flatMap(({ p, q, r, s }) => [p / gain, q / gain, (q - p * r) / gain, (-p * s) / gain, r, s]));
}
