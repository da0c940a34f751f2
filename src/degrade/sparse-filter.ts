/** Filtering with kernels that are flat inside: discs, lines. */
import type { Image } from '../datasets/image.js';

/** A square kernel of side 2 radius + 1; the filter divides by its sum. */
export interface Kernel {
  readonly radius: number;
  /** [side, side] from the top left, 0..1. */
  readonly weights: Float64Array;
}

/** One channel's share of the 53 bits of an exact integer in a double: all three are filtered by one addition. */
const channelRange = 2 ** 17;

/**
 * Correlates the three channels with a kernel, borders continued by their outermost pixel, at a cost that grows with the outline of
 * the kernel and not with its area: along a row, the result changes only by what enters and leaves the kernel.
 * Weights are rounded so that all sums are integers of 17 bits: to 1/200 of their maximum for a sum of 2.5, to 1/2 for 250.
 * @throws RangeError for a sum of weights above 500
 */
export function sparseFilter(image: Image, kernel: Kernel): Image {
  const { width, height } = image;
  const { radius } = kernel;
  const side = 2 * radius + 1;
  const sum = kernel.weights.reduce((total, weight) => total + weight, 0);
  if (sum > 500) throw new RangeError(`expected a kernel with a sum of at most 500 but received ${sum}`);
  const weights = kernel.weights.map((weight) => Math.round(weight * Math.floor(500 / sum)));
  const scale = 1 / weights.reduce((total, weight) => total + weight, 0);
  const padded = packPixels(image, radius);
  const pitch = width + 2 * radius + 1;

  // Kernel rows with fewer steps than weights are kept as steps: sum k(x) v(x) grows by sum (k(x) - k(x + 1)) v(x) from pixel to pixel.
  const taps: Tap[] = [];
  const steps: Tap[] = [];
  const stepRows: Tap[] = [];
  for (let row = 0; row < side; row++) {
    const line = [0, ...weights.subarray(row * side, (row + 1) * side)];
    const offset = row * pitch;
    const lineTaps = line.map((weight, x) => ({ offset: offset + x, weight })).filter(({ weight }) => weight !== 0);
    const lineSteps = line
      .map((weight, x) => ({ offset: offset + x, weight: weight - (line[x + 1] ?? 0) }))
      .filter((tap) => tap.weight !== 0);
    if (lineSteps.length < lineTaps.length) {
      steps.push(...lineSteps);
      stepRows.push(...lineTaps);
    } else taps.push(...lineTaps);
  }

  const data = new Uint8Array(width * height * 3);
  const direct = new Float64Array(width);
  const changes = new Float64Array(width);
  for (let y = 0, at = 0; y < height; y++) {
    const start = y * pitch;
    accumulate(direct, padded, start, taps);
    accumulate(changes, padded, start, steps);
    let running = stepRows.reduce((total, { offset, weight }) => total + weight * padded[start + offset]!, 0);
    for (let x = 0; x < width; x++, at += 3) {
      if (x > 0) running += changes[x]!;
      const packed = running + direct[x]!;
      const blue = Math.floor(packed / channelRange ** 2);
      const rest = packed - blue * channelRange ** 2;
      const green = Math.floor(rest / channelRange);
      data[at] = (rest - green * channelRange) * scale + 0.5;
      data[at + 1] = green * scale + 0.5;
      data[at + 2] = blue * scale + 0.5;
    }
  }
  return { width, height, data };
}

/** red + green 2^17 + blue 2^34 of every pixel, with `radius` pixels of border around and one more column at the left. */
function packPixels(image: Image, radius: number): Float64Array {
  const { width, height, data } = image;
  const pitch = width + 2 * radius + 1;
  const packed = new Float64Array(pitch * (height + 2 * radius));
  for (let y = 0; y < height; y++) {
    const start = (y + radius) * pitch;
    const first = start + radius + 1;
    for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
      packed[first + x] = data[at]! + data[at + 1]! * channelRange + data[at + 2]! * channelRange ** 2;
    }
    packed.fill(packed[first]!, start, first);
    packed.fill(packed[first + width - 1]!, first + width, start + pitch);
  }
  for (let y = 0; y < radius; y++) {
    packed.copyWithin(y * pitch, radius * pitch, (radius + 1) * pitch);
    packed.copyWithin((height + radius + y) * pitch, (height + radius - 1) * pitch, (height + radius) * pitch);
  }
  return packed;
}

interface Tap {
  readonly offset: number;
  readonly weight: number;
}

/** sums[x] = sum over taps of weight * values[start + offset + x], four taps in each pass over the row. */
function accumulate(sums: Float64Array, values: Float64Array, start: number, taps: readonly Tap[]): void {
  const none: Tap = { offset: 0, weight: 0 };
  sums.fill(0);
  for (let first = 0; first < taps.length; first += 4) {
    const [a, b, c, d] = [taps[first] ?? none, taps[first + 1] ?? none, taps[first + 2] ?? none, taps[first + 3] ?? none];
    const [aAt, bAt, cAt, dAt] = [start + a.offset, start + b.offset, start + c.offset, start + d.offset];
    const [aWeight, bWeight, cWeight, dWeight] = [a.weight, b.weight, c.weight, d.weight];
    for (let x = 0; x < sums.length; x++) {
      sums[x]! += aWeight * values[aAt + x]! + bWeight * values[bAt + x]! + (cWeight * values[cAt + x]! + dWeight * values[dAt + x]!);
    }
  }
}
