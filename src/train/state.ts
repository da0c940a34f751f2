/** The table of state: every tensor that a training step reads and writes, by name. */
import type { ParameterSpec } from '../backbones/parameters.js';
import { elementCount, floatTensor, type TensorData } from '../runtime/tensor-data.js';
import { randomStream } from '../support/random.js';

/** Sum of gradients of a parameter since the last update. */
export const gradientName = (parameter: string): string => `gradient.${parameter}`;
/** Running mean of gradients (AdamW's first moment). */
export const firstMomentName = (parameter: string): string => `moment1.${parameter}`;
/** Running mean of squared gradients (AdamW's second moment). */
export const secondMomentName = (parameter: string): string => `moment2.${parameter}`;

/** Parameters and buffers of a model that has not been trained, each drawn from the stream of its own name. */
export function initialTensors(specs: Iterable<ParameterSpec>, seed: number): Record<string, TensorData> {
  return Object.fromEntries([...specs].map((spec) => [spec.name, spec.initialize(randomStream(seed, 'initialize', spec.name))]));
}

/** Zero moments for every trained parameter. */
export function initialMoments(specs: Iterable<ParameterSpec>): Record<string, TensorData> {
  return zerosFor(specs, [firstMomentName, secondMomentName]);
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
