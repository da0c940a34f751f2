/** Noise for every pixel: a generator many times faster than a named random stream, keyed by a seed drawn from one. */
import { kernels } from './simd-kernels.js';
import { keepTable, type Workspace } from './workspace.js';

/** Quantiles of the standard normal distribution at the middles of 65536 equal shares: a 16-bit draw indexes one (tails to 4.3). */
const normalQuantiles = keepTable(quantiles(65536));

/** Streams that run side by side, one in each lane of a vector; word i of a field comes from stream i modulo 4. */
const streams = 4;

/**
 * Independent integers, uniform over 0..2^32-1: the generator xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021) in four streams whose states SplitMix32 fills from the seed. 32-bit arithmetic only: the same numbers on every machine, and
 * a longer field continues a shorter one.
 * @param seed an unsigned integer of 32 bits
 * @returns pointer to uint32, `count` of them rounded up to a multiple of 16
 */
export function uniformField(workspace: Workspace, count: number, seed: number): number {
  let splitMix = seed | 0;
  const state = Uint32Array.from({ length: 4 * streams }, () => {
    splitMix = (splitMix + 0x9e3779b9) | 0;
    let mixed = Math.imul(splitMix ^ (splitMix >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return mixed ^ (mixed >>> 16);
  });
  const words = Math.ceil(count / 16) * 16;
  const target = workspace.reserve(4 * words);
  kernels.fillUniform(workspace.load(state), target, words);
  return target;
}

/**
 * Independent draws from the standard normal distribution, by the generator of `uniformField`: two of 16 bits from each word.
 * @returns pointer to float32, `count` of them rounded up to a multiple of 32
 */
export function normalField(workspace: Workspace, count: number, seed: number): number {
  const words = Math.ceil(count / 32) * 16;
  const source = uniformField(workspace, words, seed);
  const target = workspace.reserve(8 * words);
  kernels.fillNormal(source, target, words, normalQuantiles);
  return target;
}

/** The quantiles at the middles of an even number of equal shares, which are symmetric. Every thread that degrades begins with them. */
function quantiles(count: number): Float32Array {
  const values = new Float32Array(count);
  for (let index = 0; index < count / 2; index++) {
    values[index] = normalQuantile((index + 0.5) / count);
    values[count - 1 - index] = -values[index]!;
  }
  return values;
}

/**
 * The inverse of the normal distribution function: Acklam's rational approximation (relative error 1.15e-9).
 * @param share in (0, 0.5)
 */
function normalQuantile(share: number): number {
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share));
    const above =
      ((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q +
      2.938163982698783;
    return above / ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
  }
  const q = share - 0.5;
  const r = q * q;
  const above =
    ((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r - 3.066479806614716e1) *
      r +
    2.506628277459239;
  const below =
    ((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r - 1.328068155288572e1) *
      r +
    1;
  return (q * above) / below;
}
