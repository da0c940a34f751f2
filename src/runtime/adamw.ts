/** AdamW over the state, in place: what ONNX Runtime's binding could only do with a copy of all that is new. */
import { type AdamWFactors, type AdamWTensors, adamwStep, moveAverage } from './state-arithmetic.js';

/** A step of the optimizer; tensors are called by their names in the state. */
export interface AdamWUpdate {
  readonly parameters: readonly {
    readonly parameter: string;
    readonly first: string;
    readonly second: string;
    readonly gradient: string;
    /** Whether weight decay applies. */
    readonly decays: boolean;
  }[];
  /** Moving averages, and what they are averages of. */
  readonly averages: readonly { readonly average: string; readonly value: string }[];
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Largest global norm of the gradient. */
  readonly clipNorm: number;
  /** What the gradients are multiplied by first: one over the number of those that were summed up. */
  readonly gradientScale: number;
  /** The part of this step in the averages. */
  readonly averageShare: number;
}

/** A parameter with what belongs to it. */
export interface UpdatedTensors extends AdamWTensors {
  /** Whether weight decay applies. */
  readonly decays: boolean;
  /** Its moving average, where there is one. */
  readonly average?: Float32Array | undefined;
}

/** What of an update is the same for all parameters. */
export interface AdamWStep {
  /** Without weight decay. */
  readonly factors: AdamWFactors;
  /** What weight decay leaves of a parameter. */
  readonly kept: number;
  /** The part of this step in the averages. */
  readonly averageShare: number;
}

/**
 * A gradient (after clipping) and its moments below this change nothing: epsilon is ten million times as large. Their squares, and what
 * is left of moments after many steps without a gradient, would be numbers for which a processor takes fifty times as long (subnormal
 * ones): with filters that no gradient reaches, as a new CLIP has them, four fifths of the time of an update.
 */
const negligible = 2 ** -50;

/**
 * Clipping by global norm, AdamW and moving averages, with the formulas of `train/update-graph.ts`. Numbers that are the same for
 * all values are computed in float64.
 * @param squares the sum of squares of all gradients
 * @returns the global norm of the gradient, before clipping, and the step to take: none where the norm is not finite
 */
export function planStep(update: AdamWUpdate, squares: number): { readonly norm: number; readonly step: AdamWStep | undefined } {
  const { step, learningRate, beta1, beta2, epsilon, weightDecay, clipNorm, gradientScale, averageShare } = update;
  const norm = gradientScale * Math.sqrt(squares);
  if (!Number.isFinite(norm)) return { norm, step: undefined };
  const scale = gradientScale * Math.min(1, clipNorm / (norm + 1e-6));
  // lr / (1 - b1^t) m' / (sqrt(v' / (1 - b2^t)) + epsilon), with both corrections moved to the factors
  const rootCorrection = Math.sqrt(1 - beta2 ** step);
  const factors = {
    beta1,
    share1: scale * (1 - beta1),
    beta2,
    share2: scale * scale * (1 - beta2),
    rate: (learningRate * rootCorrection) / (1 - beta1 ** step),
    offset: rootCorrection * epsilon,
    kept: 1,
    smallestGradient: negligible / scale,
    smallestFirst: negligible / 2 ** 10,
    smallestSecond: negligible ** 2 / 2 ** 10,
  };
  return { norm, step: { factors, kept: 1 - learningRate * weightDecay, averageShare } };
}

export function takeStep(tensors: UpdatedTensors, { factors, kept, averageShare }: AdamWStep): void {
  adamwStep(tensors, tensors.decays ? { ...factors, kept } : factors);
  if (tensors.average) moveAverage(tensors.average, tensors.parameter, averageShare);
}
