/** Filtering with kernels that are flat inside: discs, lines. */
import type { Image } from '../../images/image.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace } from '../workspace.js';

/** A square kernel of side 2 radius + 1; the filter divides by its sum. */
export interface Kernel {
  readonly radius: number;
  /** [side, side] from the top left, 0..1. */
  readonly weights: Float64Array;
}

/** The sum of the whole weights: times 255 it is the largest whole number below 2^24, up to which float32 is exact. */
const weightSum = 65000;

/** Limit of the sum of the weights 0..1: above it, a whole weight would have fewer than ten values. */
const largestSum = weightSum / 10;

/**
 * Correlates the three channels with a kernel, borders continued by their outermost pixel, at a cost that grows with the outline of
 * the kernel and not with its area: along a row, the result changes only by the pixels that enter and leave the kernel.
 * Weights are rounded to whole numbers, so that all sums are exact and no error accumulates along a row.
 * @throws RangeError for a sum of weights above 6500
 */
export function sparseFilter(image: Image, kernel: Kernel): Image {
  const { width, height } = image;
  const { radius } = kernel;
  const sum = total(kernel.weights);
  if (sum > largestSum) throw new RangeError(`expected a kernel with a sum of at most ${largestSum} but received ${sum}`);
  const weights = kernel.weights.map((weight) => Math.round(weight * Math.floor(weightSum / sum)));
  const pitch = width + 2 * radius + 1;
  const { direct, steps, starts } = tapsOf(weights, 2 * radius + 1, pitch);
  return inWorkspace((workspace) => {
    const padded = workspace.reserve(16 * pitch * (height + 2 * radius));
    kernels.spreadPixels(workspace.load(image.data), padded, width, height, radius);
    const target = workspace.reserve(width * height * 3);
    const lists = [direct, steps, starts].flatMap((taps) => {
      const pointer = workspace.load(encodeTaps(taps));
      return [pointer, pointer + 8 * taps.length];
    }) as [number, number, number, number, number, number];
    kernels.correlateSparse(padded, target, width, height, radius, ...lists, 1 / total(weights));
    return { width, height, data: workspace.bytes(target, width * height * 3) };
  });
}

interface Tap {
  /** Pixels. */
  readonly offset: number;
  readonly weight: number;
}

/** Kernel rows with fewer steps than weights as steps: sum k(x) v(x) grows by sum (k(x) - k(x + 1)) v(x) from pixel to pixel. */
function tapsOf(weights: Float64Array, side: number, pitch: number): { direct: Tap[]; steps: Tap[]; starts: Tap[] } {
  const [direct, steps, starts]: [Tap[], Tap[], Tap[]] = [[], [], []];
  for (let row = 0; row < side; row++) {
    const [rowTaps, rowSteps]: [Tap[], Tap[]] = [[], []];
    let before = 0;
    for (let x = 0; x <= side; x++) {
      const weight = x < side ? weights[row * side + x]! : 0;
      const offset = row * pitch + x;
      if (weight !== 0) rowTaps.push({ offset: offset + 1, weight });
      if (before !== weight) rowSteps.push({ offset, weight: before - weight });
      before = weight;
    }
    if (rowSteps.length < rowTaps.length) {
      steps.push(...rowSteps);
      starts.push(...rowTaps);
    } else direct.push(...rowTaps);
  }
  return { direct, steps, starts };
}

/** Byte offset (uint32) and weight (float32) of each tap. */
function encodeTaps(taps: readonly Tap[]): Uint32Array {
  const words = new Uint32Array(2 * taps.length);
  const values = new Float32Array(words.buffer);
  for (const [index, { offset, weight }] of taps.entries()) {
    words[2 * index] = 16 * offset;
    values[2 * index + 1] = weight;
  }
  return words;
}

function total(weights: Float64Array): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}
