/** Weights that need no file: stated values in the ranges of golden_step.py. */
import type { ParameterSpec } from '#antonym/backbones/parameters.js';
import { elementCount, floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { stated } from './stated-values.js';

export function statedWeight({ name, shape }: Pick<ParameterSpec, 'name' | 'shape'>): TensorData {
  const [low, high] = statedRange(name, shape);
  return floatTensor(
    shape,
    Float32Array.from(stated(name, elementCount(shape)), (value) => low + (high - low) * value),
  );
}

/** The range of stated parameters: products keep the size of what they multiply, nothing is 0 or 1. */
function statedRange(name: string, shape: readonly number[]): readonly [number, number] {
  if (name.endsWith('running_mean')) return [-0.2, 0.2];
  if (name.endsWith('running_var')) return [0.25, 0.75];
  if (shape.length === 1) {
    if (name.endsWith('.weight')) return [0.5, 1.5];
    return name.includes('attnpool') ? [-0.1, 0.1] : [-0.2, 0.2];
  }
  if (name.endsWith('embedding')) return [-1, 1];
  const inputs = /proj(ection)?$/.test(name) ? shape[0]! : elementCount(shape.slice(1));
  // a ReLU takes half of what comes out of a convolution
  const bound = Math.sqrt((shape.length === 4 ? 6 : 3) / inputs);
  return [-bound, bound];
}
