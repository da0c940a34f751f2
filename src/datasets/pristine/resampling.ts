/** Traces of interpolation: enlarging an image leaves a pattern with the period of its original pixels. */
import { mean } from '../../statistics/mean.js';
import { quantile } from '../../statistics/quantile.js';
import type { LumaWindow } from './luma-window.js';

/** Below lie the periods of repeated objects: fences, windows, stripes; cycles per pixel. */
const lowestFrequency = 0.18;

/**
 * The strength of the strongest period common to columns and rows: the magnitude of its line in the spectrum over the median line, the
 * lesser of both directions. The spectrum is that of the mean of |a - 2 b + c| over each column (row), for three neighbors a b c: where
 * a pixel was interpolated, it is smaller (Gallagher 2005). About 1 to 3 for a photograph; enlarged 1.5 times it has a line at 1/3, twice at
 * 1/2. Lines at multiples of 1/8 below 1/2 are left out: JPEG leaves those.
 */
export function resamplingOf({ width, height, values }: LumaWindow): number {
  const length = Math.min(width, height) - 2;
  if (length < 64) return 0;
  const columns = spectrum(secondDifferences(values, length, height, 1, width));
  const rows = spectrum(secondDifferences(values, length, width, width, 1));
  let strongest = 0;
  for (let k = Math.ceil(length * lowestFrequency); k < columns.length; k++) {
    const eighths = (8 * k) / length;
    const ofBlocks = eighths < 3.9 && Math.abs(eighths - Math.round(eighths)) < 0.05;
    if (!ofBlocks) strongest = Math.max(strongest, Math.min(columns[k]!, rows[k]!));
  }
  return strongest;
}

/** Mean second differences of each line, relative to their mean. */
function secondDifferences(values: Float32Array, length: number, lines: number, stride: number, lineStride: number): Float64Array {
  const sums = new Float64Array(length);
  for (let line = 0; line < lines; line++) {
    for (let place = 0; place < length; place++) {
      const at = line * lineStride + (place + 1) * stride;
      sums[place]! += Math.abs(values[at - stride]! - 2 * values[at]! + values[at + stride]!);
    }
  }
  const level = mean(sums);
  return level > 0 ? sums.map((sum) => sum / level - 1) : sums;
}

/** Magnitudes of the discrete Fourier transform at k / length, k up to half of it, over their median from `lowestFrequency` on. */
function spectrum(signal: Float64Array): Float64Array {
  const { length } = signal;
  const magnitudes = new Float64Array(Math.floor(length / 2) + 1);
  const angle = (2 * Math.PI) / length;
  const cosine = Float64Array.from({ length }, (_, index) => Math.cos(angle * index));
  const sine = Float64Array.from({ length }, (_, index) => Math.sin(angle * index));
  const first = Math.ceil(length * lowestFrequency);
  for (let k = first; k < magnitudes.length; k++) {
    let [real, imaginary] = [0, 0];
    for (let index = 0, phase = 0; index < length; index++, phase = (phase + k) % length) {
      real += signal[index]! * cosine[phase]!;
      imaginary += signal[index]! * sine[phase]!;
    }
    magnitudes[k] = Math.hypot(real, imaginary);
  }
  const median = quantile(magnitudes.subarray(first), 0.5);
  return median > 0 ? magnitudes.map((magnitude) => magnitude / median) : magnitudes;
}
