/**
 * AdamW over the state in the processor's memory, in place. AdamW is written twice: here with SIMD kernels, since a pass in place beats a graph
 * of hundreds of small nodes and copies nothing; and as a graph in train/graphs/update-graph.ts for devices, whose state never leaves them, and
 * for TensorFlow.js. Tests compare each with PyTorch's numbers.
 */
import { type AdamWFactors, adamwStep, moveAverage, sumOfSquares } from './state-arithmetic.js';

/** A step of the optimizer; tensors are called by their names in the state. */
export interface AdamWUpdate {
  readonly parameters: readonly {
    readonly parameter: string;
    readonly first: string;
    readonly second: string;
    readonly gradient: string;
    /** True when weight decay applies. */
    readonly decays: boolean;
    /** Factor of the learning rate. */
    readonly rate: number;
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
  /** Factor of the gradients, applied first: one over the number of those summed up. */
  readonly gradientScale: number;
  /** The part of this step in the averages. */
  readonly averageShare: number;
}

/** The tensors of an update, by name. */
export interface UpdatedState {
  /** The values themselves of a float32 tensor. */
  floats(name: string): Float32Array;
  /** Moves the tensors of each group into one memory of the kernels, one by one, if they are not there yet. */
  gather(groups: readonly (readonly string[])[]): void;
}

export type UpdatedNames = Pick<AdamWUpdate, 'parameters' | 'averages'>;

/** The tensors that the kernels of an update need side by side, parameters first. */
export function updatedGroups({ parameters, averages }: UpdatedNames): string[][] {
  const averageOf = averagesByValue(averages);
  return [
    ...parameters.map(({ parameter, first, second, gradient }) => {
      const average = averageOf.get(parameter);
      return [parameter, first, second, gradient, ...(average === undefined ? [] : [average])];
    }),
    ...averagesOfOthers({ parameters, averages }).map(({ average, value }) => [value, average]),
  ];
}

function averagesByValue(averages: UpdatedNames['averages']): ReadonlyMap<string, string> {
  return new Map(averages.map(({ average, value }) => [value, average]));
}

/** Averages of tensors that are not parameters, such as running statistics. */
function averagesOfOthers({ parameters, averages }: UpdatedNames): UpdatedNames['averages'] {
  const isParameter = new Set(parameters.map(({ parameter }) => parameter));
  return averages.filter(({ value }) => !isParameter.has(value));
}

/** The part of an update that is the same for all parameters. */
interface AdamWStep {
  readonly factors: Omit<AdamWFactors, 'kept'>;
  /** The share of a parameter that weight decay takes, at the factor 1 of the learning rate. */
  readonly decay: number;
}

/**
 * A gradient (after clipping) and its moments below this change nothing: epsilon is ten million times as large. Their squares, and what
 * is left of moments after many steps without a gradient, would be numbers for which a processor takes fifty times as long (subnormal
 * ones): with filters that no gradient reaches, as a new CLIP has them, four fifths of the time of an update.
 */
const negligible = 2 ** -50;

/**
 * Clipping by global norm, AdamW and moving averages, with the formulas of `train/graphs/update-graph.ts`.
 * @returns the global norm of the gradient, before clipping; where it is not finite, nothing has changed
 */
export function updateState(update: AdamWUpdate, state: UpdatedState): number {
  const { parameters, averages, averageShare } = update;
  state.gather(updatedGroups(update));
  const squares = parameters.reduce((sum, { gradient }) => sum + sumOfSquares(state.floats(gradient)), 0);
  const { norm, step } = planStep(update, squares);
  if (!step) return norm;
  const averageOf = averagesByValue(averages);
  for (const { decays, rate, ...names } of parameters) {
    const parameter = state.floats(names.parameter);
    const moments = { first: state.floats(names.first), second: state.floats(names.second) };
    const factors = { ...step.factors, rate: step.factors.rate * rate, kept: decays ? 1 - step.decay * rate : 1 };
    adamwStep({ parameter, ...moments, gradient: state.floats(names.gradient) }, factors);
    // while the values are in the cache
    const average = averageOf.get(names.parameter);
    if (average !== undefined) moveAverage(state.floats(average), parameter, averageShare);
  }
  for (const { average, value } of averagesOfOthers(update)) moveAverage(state.floats(average), state.floats(value), averageShare);
  return norm;
}

/**
 * Numbers that are the same for all values are computed in float64.
 * @param squares the sum of squares of all gradients
 * @returns the global norm of the gradient, before clipping, and the step to take: none where the norm is not finite
 */
function planStep(update: AdamWUpdate, squares: number): { readonly norm: number; readonly step: AdamWStep | undefined } {
  const { step, learningRate, beta1, beta2, epsilon, weightDecay, clipNorm, gradientScale } = update;
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
    smallestGradient: negligible / scale,
    smallestFirst: negligible / 2 ** 10,
    smallestSecond: negligible ** 2 / 2 ** 10,
  };
  return { norm, step: { factors, decay: learningRate * weightDecay } };
}
