/** Noise for every pixel: a generator many times faster than a named random stream, keyed by a seed drawn from one. */

/** Quantiles of the standard normal distribution at the middles of 65536 equal shares: a 16-bit draw indexes one (tails to 4.3). */
const normalQuantiles = Float32Array.from({ length: 65536 }, (_, index) => normalQuantile((index + 0.5) / 65536));

export interface PixelNoise {
  /** Overwrites every element with an independent integer, uniform over 0..2^32-1. */
  fillUniform(target: Uint32Array): void;
  /** Overwrites every element with an independent draw from the standard normal distribution. */
  fillNormal(target: Float32Array): void;
}

/**
 * The generator xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its state filled
 * from the seed by SplitMix32. 32-bit arithmetic only: the same numbers on every machine.
 * @param seed an unsigned integer of 32 bits
 */
export function pixelNoise(seed: number): PixelNoise {
  let splitMix = seed | 0;
  const nextState = (): number => {
    splitMix = (splitMix + 0x9e3779b9) | 0;
    let mixed = Math.imul(splitMix ^ (splitMix >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return mixed ^ (mixed >>> 16);
  };
  let [s0, s1, s2, s3] = [nextState(), nextState(), nextState(), nextState()];
  const fill = (words: Uint32Array): void => {
    let [a, b, c, d] = [s0, s1, s2, s3];
    for (let index = 0; index < words.length; index++) {
      const scrambled = Math.imul(b, 5);
      words[index] = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
    }
    [s0, s1, s2, s3] = [a, b, c, d];
  };
  return {
    fillUniform: fill,
    fillNormal(target) {
      // Two draws of 16 bits from each word; shifts rather than a view, so that the byte order of the machine does not matter.
      const words = new Uint32Array((target.length + 1) >> 1);
      fill(words);
      const pairs = target.length >> 1;
      for (let index = 0; index < pairs; index++) {
        const word = words[index]!;
        target[2 * index] = normalQuantiles[word & 0xffff]!;
        target[2 * index + 1] = normalQuantiles[word >>> 16]!;
      }
      if (target.length & 1) target[target.length - 1] = normalQuantiles[words[pairs]! & 0xffff]!;
    },
  };
}

/**
 * The inverse of the normal distribution function: Acklam's rational approximation (relative error 1.15e-9).
 * @param share in (0, 1)
 */
function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share));
    const above = polynomial(
      q,
      -7.784894002430293e-3,
      -3.223964580411365e-1,
      -2.400758277161838,
      -2.549732539343734,
      4.374664141464968,
      2.938163982698783,
    );
    return above / polynomial(q, 7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1);
  }
  const q = share - 0.5;
  const r = q * q;
  const above = polynomial(
    r,
    -3.969683028665376e1,
    2.209460984245205e2,
    -2.759285104469687e2,
    1.38357751867269e2,
    -3.066479806614716e1,
    2.506628277459239,
  );
  const below = polynomial(
    r,
    -5.447609879822406e1,
    1.615858368580409e2,
    -1.556989798598866e2,
    6.680131188771972e1,
    -1.328068155288572e1,
    1,
  );
  return (q * above) / below;
}

/** The coefficient of the highest power first. */
function polynomial(x: number, ...coefficients: readonly number[]): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
