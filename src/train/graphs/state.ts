/** The table of state: every tensor that a training step reads and writes, by name. */
import { encoderPrefix } from '../../backbones/backbone.js';
import type { ParameterSpec } from '../../backbones/parameters.js';
import type { AdamWUpdate } from '../../runtime/state/adamw.js';
import { randomStream } from '../../support/random.js';
import { elementCount, floatTensor, type TensorData } from '../../tensors/tensor-data.js';
import { isLossScale } from '../loss-scale.js';

/** Sum of gradients of a parameter since the last update. */
export const gradientName = (parameter: string): string => `gradient.${parameter}`;
/** Running mean of gradients (AdamW's first moment). */
export const firstMomentName = (parameter: string): string => `moment1.${parameter}`;
/** Running mean of squared gradients (AdamW's second moment). */
export const secondMomentName = (parameter: string): string => `moment2.${parameter}`;

/** Exponential moving average of a parameter or buffer. */
export const averageName = (name: string): string => `${averagePrefix}${name}`;
const averagePrefix = 'average.';

/**
 * The part of the state that a model scores with: parameters and buffers, or their averages if there are some; no moments, no loss scale.
 * @returns tensors by the names of parameters and buffers
 */
export function scoringTensors(state: Iterable<readonly [string, TensorData]>): Record<string, TensorData> {
  const kept = [...state].filter(([name]) => !name.startsWith('moment') && !isLossScale(name));
  const averages = kept.filter(([name]) => name.startsWith(averagePrefix));
  const own = kept.filter(([name]) => !name.startsWith(averagePrefix));
  return Object.fromEntries([...own, ...averages.map(([name, tensor]) => [name.slice(averagePrefix.length), tensor] as const)]);
}

/** Averages that start from given values. */
export function initialAverages(values: Iterable<readonly [string, TensorData]>): Record<string, TensorData> {
  return Object.fromEntries(
    [...values].map(([name, { shape, data }]) => [averageName(name), floatTensor(shape, Float32Array.from(data as Float32Array))]),
  );
}

/** Parameters and buffers of a model that has not been trained, each drawn from the stream of its own name. */
export function initialTensors(specs: Iterable<ParameterSpec>, seed: number): Record<string, TensorData> {
  return Object.fromEntries([...specs].map((spec) => [spec.name, spec.initialize(randomStream(seed, 'initialize', spec.name))]));
}

/** Zero moments for every trained parameter. */
export function initialMoments(specs: Iterable<ParameterSpec>): Record<string, TensorData> {
  return zerosFor(specs, [firstMomentName, secondMomentName]);
}

/** The beginning of the names of changes of low rank: see `lowRankChange`. */
export const lowRankPrefix = 'lora.';

/** True for parameters of a head, which have a learning rate of their own. */
export function isOfHead(name: string): boolean {
  return !name.startsWith(encoderPrefix) && !name.startsWith(lowRankPrefix);
}

/**
 * Tensors that AdamW reads and writes for every trained parameter.
 * @param headRate factor of the learning rate of the head's
 */
export function updatedTensors(specs: Iterable<ParameterSpec>, headRate = 1): AdamWUpdate['parameters'] {
  return [...specs].map(({ name, weightDecay }) => ({
    parameter: name,
    first: firstMomentName(name),
    second: secondMomentName(name),
    gradient: gradientName(name),
    decays: weightDecay,
    rate: isOfHead(name) ? headRate : 1,
  }));
}

/** Zero gradient accumulators for every trained parameter: not part of a checkpoint, which is taken between steps. */
export function initialGradients(specs: Iterable<ParameterSpec>): Record<string, TensorData> {
  return zerosFor(specs, [gradientName]);
}

function zerosFor(specs: Iterable<ParameterSpec>, names: readonly ((parameter: string) => string)[]): Record<string, TensorData> {
  const trained = [...specs].filter(({ role }) => role === 'parameter');
  return Object.fromEntries(
    names.flatMap((name) => trained.map((spec) => [name(spec.name), floatTensor(spec.shape, new Float32Array(elementCount(spec.shape)))])),
  );
}
