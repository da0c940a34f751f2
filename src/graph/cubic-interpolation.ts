/** Cubic interpolation of a row of samples as a matrix: resizing is a product with it, and so is its gradient. */

/** PyTorch's choice, and one of the two common ones (Keys 1981, Cubic Convolution Interpolation for Digital Image Processing). */
export const cubicCoefficient = -0.75;

/**
 * The weights of `from` samples in each of `to` samples of the same row: position (i + 1/2) from / to - 1/2 between its four
 * neighbors, edges repeated, nothing smoothed; as torch.nn.functional.interpolate(mode='bicubic', align_corners=False) does.
 * @returns [to, from], rows that sum to 1
 */
export function cubicInterpolation(from: number, to: number): Float64Array {
  const weights = new Float64Array(to * from);
  for (let row = 0; row < to; row++) {
    const position = ((row + 0.5) * from) / to - 0.5;
    const first = Math.floor(position) - 1;
    for (let neighbour = first; neighbour < first + 4; neighbour++) {
      const column = Math.min(Math.max(neighbour, 0), from - 1);
      weights[row * from + column]! += cubic(Math.abs(position - neighbour));
    }
  }
  return weights;
}

/** With a the coefficient: (a + 2) x^3 - (a + 3) x^2 + 1 up to 1, a (x^3 - 5 x^2 + 8 x - 4) up to 2. */
function cubic(x: number): number {
  const a = cubicCoefficient;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}
