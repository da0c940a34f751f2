/** The amount of detail of each size in every small part of an image, from which sharpness and noise are judged. */
import type { LumaWindow } from './luma-window.js';

/** Side of the parts, pixels. */
const cell = 32;

/** Mean squared Haar coefficients of one part of 32x32 pixels, squared gray values; white noise of variance v has v, v and v / 4. */
export interface CellEnergy {
  /** Mean luma, 0..255. */
  readonly mean: number;
  /** Energy of horizontal and vertical differences between pixels. */
  readonly fine: number;
  /** Energy of diagonal ones. */
  readonly diagonal: number;
  /** Energy of horizontal and vertical differences between means of 2x2 pixels, about that of `fine` for photographs, whose power falls with the square of frequency. */
  readonly coarse: number;
}

/** All whole parts, row by row; none for a window smaller than one. */
export function cellEnergies({ width, height, values }: LumaWindow): CellEnergy[] {
  const cells: CellEnergy[] = [];
  for (let top = 0; top + cell <= height; top += cell) {
    for (let left = 0; left + cell <= width; left += cell) cells.push(energyOf(values, width, top * width + left));
  }
  return cells;
}

function energyOf(values: Float32Array, stride: number, start: number): CellEnergy {
  const means = new Float32Array((cell / 2) ** 2);
  let [sum, fine, diagonal, coarse] = [0, 0, 0, 0];
  for (let y = 0, place = 0; y < cell; y += 2) {
    for (let x = 0; x < cell; x += 2, place++) {
      const at = start + y * stride + x;
      const [a, b, c, d] = [values[at]!, values[at + 1]!, values[at + stride]!, values[at + stride + 1]!];
      sum += a + b + c + d;
      means[place] = (a + b + c + d) / 4;
      fine += (a - b + c - d) ** 2 + (a + b - c - d) ** 2;
      diagonal += (a - b - c + d) ** 2;
    }
  }
  const half = cell / 2;
  for (let y = 0; y < half; y += 2) {
    for (let x = 0; x < half; x += 2) {
      const at = y * half + x;
      const [a, b, c, d] = [means[at]!, means[at + 1]!, means[at + half]!, means[at + half + 1]!];
      coarse += (a - b + c - d) ** 2 + (a + b - c - d) ** 2;
    }
  }
  // Coefficients are these sums halved, and there are 256 (coarse: 64) of each orientation.
  return { mean: sum / cell ** 2, fine: fine / (8 * 256), diagonal: diagonal / (4 * 256), coarse: coarse / (8 * 64) };
}
