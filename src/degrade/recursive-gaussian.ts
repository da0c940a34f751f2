/** Gaussian smoothing whose cost does not depend on the width of the kernel. */

/** Coefficients of one direction's recursion y[n] = sum feed[i] x[n - i] - sum feedback[i] y[n - 1 - i]. */
interface Recursion {
  /** Of x[n], x[n-1], x[n-2], x[n-3]. */
  readonly causal: readonly [number, number, number, number];
  /** Of x[n+1], x[n+2], x[n+3], x[n+4]. */
  readonly anticausal: readonly [number, number, number, number];
  /** Of the four results before, common to both directions. */
  readonly feedback: readonly [number, number, number, number];
}

/**
 * Smooths interleaved channels in place with a Gaussian, borders continued by their outermost pixel.
 * Deriche, "Recursively implementing the Gaussian and its derivatives" (INRIA 1893, 1993), fourth order: within about 1e-3 of the peak
 * of the exact kernel at any sigma; constants from Getreuer, "A survey of Gaussian convolution algorithms" (IPOL 2013).
 * @param values [height, width, channels]
 * @param sigma standard deviation, pixels, above 0
 */
export function gaussianFilter(values: Float32Array, width: number, height: number, channels: number, sigma: number): void {
  const recursion = recursionOf(sigma);
  const line = new Float64Array(Math.max(width, height));
  const pitch = width * channels;
  for (let row = 0; row < height; row++) {
    for (let channel = 0; channel < channels; channel++) filterLine(values, row * pitch + channel, channels, width, recursion, line);
  }
  for (let column = 0; column < pitch; column++) filterLine(values, column, pitch, height, recursion, line);
}

/** g(n) = sum over two terms of exp(-decay n / sigma) (cosine cos(frequency n / sigma) + sine sin(frequency n / sigma)), n >= 0. */
const terms = [
  { cosine: 1.68, sine: 3.735, decay: 1.783, frequency: 0.6318 },
  { cosine: -0.6803, sine: -0.2598, decay: 1.723, frequency: 1.997 },
] as const;

function recursionOf(sigma: number): Recursion {
  // Each term is a filter of second order, (p + q/z) / (1 + r/z + s/z^2); their sum is one of fourth order.
  const [first, second] = terms.map(({ cosine, sine, decay, frequency }) => {
    const shrink = Math.exp(-decay / sigma);
    const [c, s] = [Math.cos(frequency / sigma), Math.sin(frequency / sigma)];
    return { p: cosine, q: shrink * (sine * s - cosine * c), r: -2 * shrink * c, s: shrink * shrink };
  }) as [{ p: number; q: number; r: number; s: number }, { p: number; q: number; r: number; s: number }];
  const feedback = [
    first.r + second.r,
    first.s + second.s + first.r * second.r,
    first.r * second.s + first.s * second.r,
    first.s * second.s,
  ] as const;
  const causal = [
    first.p + second.p,
    first.q + second.q + first.p * second.r + second.p * first.r,
    first.q * second.r + second.q * first.r + first.p * second.s + second.p * first.s,
    first.q * second.s + second.q * first.s,
  ] as const;
  // The other side is the same response without its sample at 0.
  const anticausal = feedback.map((value, index) => (causal[index + 1] ?? 0) - causal[0] * value) as unknown as Recursion['anticausal'];
  const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0);
  const gain = (sum(causal) + sum(anticausal)) / (1 + sum(feedback));
  return {
    causal: causal.map((value) => value / gain) as unknown as Recursion['causal'],
    anticausal: anticausal.map((value) => value / gain) as unknown as Recursion['anticausal'],
    feedback,
  };
}

/** Filters `count` elements of `values`, `stride` apart from `start` on, in place; `line` is scratch space. */
function filterLine(values: Float32Array, start: number, stride: number, count: number, recursion: Recursion, line: Float64Array): void {
  const [f1, f2, f3, f4] = recursion.feedback;
  const [c0, c1, c2, c3] = recursion.causal;
  const steady = 1 + f1 + f2 + f3 + f4;
  // Beyond its ends the line is constant, so that the recursion starts in its steady state.
  const before = values[start]!;
  let [x1, x2, x3] = [before, before, before];
  let y1 = (before * (c0 + c1 + c2 + c3)) / steady;
  let [y2, y3, y4] = [y1, y1, y1];
  for (let index = 0, at = start; index < count; index++, at += stride) {
    const x = values[at]!;
    // Grouped so that only the product with y1 waits for the step before.
    const y = c0 * x + c1 * x1 + (c2 * x2 + c3 * x3) - (f2 * y2 + f3 * y3 + f4 * y4) - f1 * y1;
    line[index] = y;
    x3 = x2;
    x2 = x1;
    x1 = x;
    y4 = y3;
    y3 = y2;
    y2 = y1;
    y1 = y;
  }
  const [a1, a2, a3, a4] = recursion.anticausal;
  const last = start + (count - 1) * stride;
  const after = values[last]!;
  x1 = x2 = x3 = after;
  let x4 = after;
  y1 = y2 = y3 = y4 = (after * (a1 + a2 + a3 + a4)) / steady;
  for (let index = count - 1, at = last; index >= 0; index--, at -= stride) {
    const y = a1 * x1 + a2 * x2 + (a3 * x3 + a4 * x4) - (f2 * y2 + f3 * y3 + f4 * y4) - f1 * y1;
    x4 = x3;
    x3 = x2;
    x2 = x1;
    x1 = values[at]!;
    values[at] = line[index]! + y;
    y4 = y3;
    y3 = y2;
    y2 = y1;
    y1 = y;
  }
}
