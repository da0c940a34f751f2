/** The parameters, options and gradients of adamw.py. */
import { fileURLToPath } from 'node:url';
import type { ParameterSpec } from '#antonym/backbones/parameters.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import { elementCount, floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { gradientName, initialMoments } from '#antonym/train/graphs/state.js';
import { stated } from '../../backbones/golden/stated-values.js';

export const specs: ParameterSpec[] = Object.entries({ matrix: [7, 5], bias: [5], kernel: [3, 2, 3, 3] }).map(([name, shape]) => ({
  name,
  shape,
  role: 'parameter',
  weightDecay: name !== 'bias',
  initialize: () => statedTensor(name, shape, 1),
}));
export const options = { beta1: 0.9, beta2: 0.98, epsilon: 1e-6, weightDecay: 0.1, clipNorm: 1 };
export const steps = 10;

export function statedTensor(name: string, shape: readonly number[], size: number): TensorData {
  return floatTensor(
    shape,
    Float32Array.from(stated(name, elementCount(shape)), (value) => size * (2 * value - 1)),
  );
}

/** @param step counted from 0 */
export function learningRateAt(step: number): number {
  return (1e-3 * (step + 1)) / 10;
}

/** By their names in the state. */
export function gradientsAt(step: number): Record<string, TensorData> {
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const gradient = statedTensor(`${name}.gradient.${step}`, shape, 2 ** (1 - step));
      (gradient.data as Float32Array)[0] = 0;
      return [gradientName(name), gradient];
    }),
  );
}

export const initialState = (): Record<string, TensorData> => ({
  ...Object.fromEntries(specs.map(({ name, shape }) => [name, statedTensor(name, shape, 1)])),
  ...initialMoments(specs),
});

/** PyTorch's results: `<step>.norm`, `<step>.<parameter>`, and after the last step `moment1.<parameter>`, `moment2.<parameter>`. */
export async function pytorchSteps(): Promise<ReadonlyMap<string, TensorData>> {
  return (await readSafetensors(fileURLToPath(new URL('./adamw.safetensors', import.meta.url)))).tensors;
}

export function relativeError(found: TensorData, expected: TensorData): number {
  const difference = Array.from(found.data, Number).map((value, index) => value - Number(expected.data[index]));
  return Math.hypot(...difference) / Math.hypot(...Array.from(expected.data, Number));
}
