/** The logistic curve of five parameters: that of four with a straight line added, for scores that bend but do not saturate. */
import { extentOf } from './extent.js';
import type { LogisticCurve } from './logistic-fit.js';
import { checkPairs } from './pairs.js';

/**
 * f(x) = lower + (upper - lower) / (1 + exp(-(x - middle) / width)) + slope x.
 * H. R. Sheikh, M. F. Sabir, A. C. Bovik, "A statistical evaluation of recent full reference image quality assessment algorithms", 2006.
 */
export interface SlopedLogisticCurve extends LogisticCurve {
  readonly slope: number;
}

/** Starts of `middle` in shares of the range of x, and of `width` in the same unit. */
const middles = [0, 0.2, 0.4, 0.6, 0.8, 1];
const widths = [1 / 50, 1 / 15, 1 / 5, 1];
const narrowest = 1 / 100;
const widest = 4;

/**
 * The curve that never falls with the least sum of squared differences: for a middle and a width the other parameters follow from linear least
 * squares with a rise and a slope of at least 0; middle and width are found from a grid by a pattern search.
 * @returns undefined when x is constant.
 * @throws RangeError when the lists differ in length.
 */
export function fitSlopedLogistic(x: ArrayLike<number>, y: ArrayLike<number>): SlopedLogisticCurve | undefined {
  checkPairs(x, y);
  const values = Array.from(x);
  const [low, high] = extentOf(values);
  if (!(high > low)) return undefined;
  const units = values.map((value) => (value - low) / (high - low));
  const at = (middle: number, logWidth: number): Candidate => candidateAt(units, y, middle, logWidth);
  let best = at(0.5, Math.log(1 / 5));
  for (const middle of middles) for (const width of widths) best = better(best, at(middle, Math.log(width)));
  for (let step = 0.1; step > 1e-4; ) {
    const { middle, logWidth, error } = best;
    for (const [dm, dw] of [
      [step, 0],
      [-step, 0],
      [0, 5 * step],
      [0, -5 * step],
    ] as const)
      best = better(
        best,
        at(Math.max(0, Math.min(1, middle + dm)), Math.max(Math.log(narrowest), Math.min(Math.log(widest), logWidth + dw))),
      );
    if (!(best.error < error * (1 - 1e-9))) step /= 2;
  }
  const { base, rise, slope } = best;
  const lower = base - (slope * low) / (high - low);
  return {
    lower,
    upper: lower + rise,
    middle: low + best.middle * (high - low),
    width: Math.exp(best.logWidth) * (high - low),
    slope: slope / (high - low),
  };
}

interface Candidate {
  readonly middle: number;
  readonly logWidth: number;
  readonly base: number;
  readonly rise: number;
  readonly slope: number;
  /** Sum of squared differences. */
  readonly error: number;
}

function better(a: Candidate, b: Candidate): Candidate {
  return b.error < a.error ? b : a;
}

/** The best base, rise >= 0 and slope >= 0: the least error among the four sets of parameters that are not 0, where they are feasible. */
function candidateAt(x: readonly number[], y: ArrayLike<number>, middle: number, logWidth: number): Candidate {
  const width = Math.exp(logWidth);
  let [s, t, v, ss, st, tt, sy, ty, yy] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  const count = x.length;
  const sigmoids = x.map((value) => 1 / (1 + Math.exp(-(value - middle) / width)));
  for (let i = 0; i < count; i++) {
    s += sigmoids[i]! / count;
    t += x[i]! / count;
    v += y[i]! / count;
  }
  for (let i = 0; i < count; i++) {
    const [ds, dt, dy] = [sigmoids[i]! - s, x[i]! - t, y[i]! - v];
    ss += ds * ds;
    st += ds * dt;
    tt += dt * dt;
    sy += ds * dy;
    ty += dt * dy;
    yy += dy * dy;
  }
  const determinant = ss * tt - st * st;
  const both = determinant > 1e-9 * ss * tt ? [(sy * tt - ty * st) / determinant, (ty * ss - sy * st) / determinant] : [0, 0];
  const choices = [both, [ss > 0 ? sy / ss : 0, 0], [0, ty / tt], [0, 0]].filter(([rise, slope]) => rise! >= 0 && slope! >= 0);
  const candidates = choices.map(([rise, slope]): Candidate => {
    const squares = yy - 2 * (rise! * sy + slope! * ty) + rise! ** 2 * ss + 2 * rise! * slope! * st + slope! ** 2 * tt;
    // rounding makes it negative where the curve fits exactly: nothing is better than that
    const error = Math.max(0, squares);
    return { middle, logWidth, base: v - rise! * s - slope! * t, rise: rise!, slope: slope!, error };
  });
  return candidates.reduce(better);
}
