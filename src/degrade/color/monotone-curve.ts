/** The tone curves of KADID-10k: smooth, monotone, through a few points. */

/**
 * The monotone piecewise cubic through points of increasing x (Fritsch and Carlson, SIAM J. Numer. Anal. 17, 1980), with the slopes
 * of SciPy's `PchipInterpolator` and MATLAB's `pchip`. Beyond the ends the outermost cubics continue.
 * @throws RangeError for fewer than three points
 */
export function monotoneCurve(points: readonly (readonly [x: number, y: number])[]): (x: number) => number {
  const count = points.length;
  if (count < 3) throw new RangeError(`a monotone curve needs at least 3 points but received ${count}`);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const steps = Array.from({ length: count - 1 }, (_, i) => xs[i + 1]! - xs[i]!);
  const secants = steps.map((step, i) => (ys[i + 1]! - ys[i]!) / step);
  const slopes = xs.map((_, i) => {
    if (i === 0) return endSlope(steps[0]!, steps[1]!, secants[0]!, secants[1]!);
    if (i === count - 1) return endSlope(steps[i - 1]!, steps[i - 2]!, secants[i - 1]!, secants[i - 2]!);
    const [before, after] = [secants[i - 1]!, secants[i]!];
    if (before * after <= 0) return 0;
    // Harmonic mean, weighted by the lengths of the two intervals.
    const [w1, w2] = [2 * steps[i]! + steps[i - 1]!, steps[i]! + 2 * steps[i - 1]!];
    return (w1 + w2) / (w1 / before + w2 / after);
  });
  return (x) => {
    let i = 0;
    while (i < count - 2 && x >= xs[i + 1]!) i++;
    const step = steps[i]!;
    const t = (x - xs[i]!) / step;
    // Cubic Hermite form.
    return (
      (1 + 2 * t) * (1 - t) ** 2 * ys[i]! +
      t * (1 - t) ** 2 * step * slopes[i]! +
      t * t * (3 - 2 * t) * ys[i + 1]! +
      t * t * (t - 1) * step * slopes[i + 1]!
    );
  };
}

/** The three-point estimate at an end, limited so that the curve keeps its shape. */
function endSlope(step: number, nextStep: number, secant: number, nextSecant: number): number {
  const slope = ((2 * step + nextStep) * secant - step * nextSecant) / (step + nextStep);
  if (slope * secant <= 0) return 0;
  return secant * nextSecant < 0 && Math.abs(slope) > 3 * Math.abs(secant) ? 3 * secant : slope;
}
