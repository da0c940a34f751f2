/** Traces of JPEG in pixels: a file may have been one before it became a PNG. */
import type { LumaWindow } from './luma-window.js';

/** Steps larger than this are edges of objects rather than of blocks, gray values. */
const largestStep = 12;

/**
 * The excess of steps across one lattice of period 8 over those elsewhere: the relative excess of the mean step at the steepest of the 8
 * phases over the second steepest, the lesser of columns and rows. About 0 for an image that was never a JPEG. The step between b and c of
 * four neighbors a b c d is |(c - b) - ((b - a) + (d - c)) / 2|: the part not explained by the slopes on both sides (Wang, Bovik & Evans 2000).
 */
export function blockinessOf({ width, height, values }: LumaWindow): number {
  return Math.min(excess(values, width, height, 1, width), excess(values, height, width, width, 1));
}

function excess(values: Float32Array, length: number, lines: number, stride: number, lineStride: number): number {
  const sums = new Float64Array(8);
  const counts = new Float64Array(8);
  for (let line = 0; line < lines; line++) {
    for (let place = 1; place + 2 < length; place++) {
      const at = line * lineStride + place * stride;
      const [a, b, c, d] = [values[at - stride]!, values[at]!, values[at + stride]!, values[at + 2 * stride]!];
      sums[place % 8]! += Math.min(largestStep, Math.abs(c - b - (b - a + d - c) / 2));
      counts[place % 8]!++;
    }
  }
  const means = sums.map((sum, phase) => sum / Math.max(1, counts[phase]!));
  const [second, steepest] = means.sort().slice(-2) as Float64Array & [number, number];
  return second > 0 ? steepest / second - 1 : 0;
}
