/** Gradient noise: the grain of every surface, and the shape of clouds and ridges. */
import { randomStream } from '../../support/random.js';

const period = 256;
const permutation = new Uint8Array(2 * period);
const gradientX = new Float64Array(period);
const gradientY = new Float64Array(period);
{
  const random = randomStream(0, 'gradient noise');
  const order = random.shuffle(Array.from({ length: period }, (_, index) => index));
  for (let index = 0; index < 2 * period; index++) permutation[index] = order[index % period]!;
  for (let index = 0; index < period; index++) {
    const angle = (2 * Math.PI * (index + random.uniform())) / period;
    // Scaled so that the noise has about unit variance.
    gradientX[index] = 4 * Math.cos(angle);
    gradientY[index] = 4 * Math.sin(angle);
  }
}

/**
 * Gradient noise (K. Perlin, "Improving noise", 2002) at a point, in units of its grid: mean 0, variance about 1, most of
 * its power at wavelengths of 1 to 2.
 */
export function gradientNoise(x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const u = x - column;
  const v = y - row;
  const left = column & 255;
  const right = (column + 1) & 255;
  const top = row & 255;
  const bottom = (row + 1) & 255;
  const a = permutation[permutation[left]! + top]!;
  const b = permutation[permutation[right]! + top]!;
  const c = permutation[permutation[left]! + bottom]!;
  const d = permutation[permutation[right]! + bottom]!;
  const su = u * u * u * (u * (u * 6 - 15) + 10);
  const sv = v * v * v * (v * (v * 6 - 15) + 10);
  const na = gradientX[a]! * u + gradientY[a]! * v;
  const nb = gradientX[b]! * (u - 1) + gradientY[b]! * v;
  const nc = gradientX[c]! * u + gradientY[c]! * (v - 1);
  const nd = gradientX[d]! * (u - 1) + gradientY[d]! * (v - 1);
  const upper = na + su * (nb - na);
  const lower = nc + su * (nd - nc);
  return upper + sv * (lower - upper);
}

/**
 * Octaves of gradient noise, each of twice the frequency and `gain` times the amplitude of the one before: variance about 1.
 * A gain of 1 gives every octave equal contrast, the power spectrum 1/f^2 of photographs; .5 gives smooth hills.
 */
export function fractalNoise(x: number, y: number, octaves: number, gain: number): number {
  let sum = 0;
  let amplitude = 1;
  let variance = 0;
  for (let octave = 0; octave < octaves; octave++) {
    sum += amplitude * gradientNoise(x, y);
    variance += amplitude * amplitude;
    amplitude *= gain;
    // Twice the frequency, turned by 37 degrees (a 3-4-5 triangle) and moved, so that the grids of octaves do not line up.
    const turned = 1.6 * x + 1.2 * y + 17.17;
    y = 1.6 * y - 1.2 * x + 5.71;
    x = turned;
  }
  return sum / Math.sqrt(variance);
}

/** Fractal noise of folds: dark creases between bright humps, as of rock; mean 0, variance about 1. */
export function creasedNoise(x: number, y: number, octaves: number, gain: number): number {
  let sum = 0;
  let amplitude = 1;
  let variance = 0;
  for (let octave = 0; octave < octaves; octave++) {
    // The mean of |n| is .8 and its standard deviation .6 for a normal n.
    sum += amplitude * (1.66 * Math.abs(gradientNoise(x, y)) - 1.33);
    variance += amplitude * amplitude;
    amplitude *= gain;
    const turned = 1.6 * x + 1.2 * y + 17.17;
    y = 1.6 * y - 1.2 * x + 5.71;
    x = turned;
  }
  return sum / Math.sqrt(variance);
}

/** The number of octaves between a wavelength and the finest one that pixels show cleanly (about 2.5 pixels). */
export function octavesDownToPixels(wavelength: number): number {
  return Math.max(1, Math.min(9, 1 + Math.floor(Math.log2(wavelength / 2.5))));
}

/**
 * Fractal noise on a surface that recedes: `pixels` is the length of the longest wavelength on the screen at this point.
 * Octaves fade out before they get too fine for pixels, so that distance shows neither flicker nor seams.
 */
export function recedingNoise(x: number, y: number, pixels: number, gain: number): number {
  let sum = 0;
  let amplitude = 1;
  let variance = 0;
  for (let octave = 0; octave < 8; octave++) {
    variance += amplitude * amplitude;
    if (pixels > 2.5) {
      sum += amplitude * Math.min(1, (pixels - 2.5) / 2.5) * gradientNoise(x, y);
      const turned = 1.6 * x + 1.2 * y + 17.17;
      y = 1.6 * y - 1.2 * x + 5.71;
      x = turned;
    }
    pixels /= 2;
    amplitude *= gain;
  }
  return sum / Math.sqrt(variance);
}

/** A number in [0, 1) that looks random, for each pair of integers: it decides which window is lit, so that a pattern needs no memory. */
export function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ seed;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}
