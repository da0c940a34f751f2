/** AdamW over the state, in place: what ONNX Runtime's binding could only do with a copy of all that is new. */
import { adamwStep, moveAverage, sumOfSquares } from './state-arithmetic.js';

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

/**
 * A gradient (after clipping) and its moments below this change nothing: epsilon is ten million times as large. Their squares, and what
 * is left of moments after many steps without a gradient, would be numbers for which a processor takes fifty times as long (subnormal
 * ones): with filters that no gradient reaches, as a new CLIP has them, four fifths of the time of an update.
 */
const negligible = 2 ** -50;

/**
 * Clipping by global norm, AdamW and moving averages, with the formulas of `train/update-graph.ts`. Numbers that are the same for
 * all values are computed in float64.
 * @param floats the values of a tensor of the state
 * @returns the global norm of the gradient, before clipping
 */
export function updateByAdamW(update: AdamWUpdate, floats: (name: string) => Float32Array): number {
  const { step, learningRate, beta1, beta2, epsilon, weightDecay, clipNorm, gradientScale } = update;
  const norm = gradientScale * Math.sqrt(update.parameters.reduce((sum, { gradient }) => sum + sumOfSquares(floats(gradient)), 0));
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
    smallestGradient: negligible / scale,
    smallestFirst: negligible / 2 ** 10,
    smallestSecond: negligible ** 2 / 2 ** 10,
  };
  for (const { parameter, first, second, gradient, decays } of update.parameters) {
    const tensors = { parameter: floats(parameter), first: floats(first), second: floats(second), gradient: floats(gradient) };
    adamwStep(tensors, { ...factors, kept: decays ? 1 - learningRate * weightDecay : 1 });
  }
  for (const { average, value } of update.averages) moveAverage(floats(average), floats(value), update.averageShare);
  return norm;
}
