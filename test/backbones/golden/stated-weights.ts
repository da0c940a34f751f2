/** Weights of transformers that need no file: those of transformer_blocks.py. */
import type { ParameterSpec } from '#antonym/backbones/parameters.js';
import { elementCount, floatTensor, type TensorData } from '#antonym/runtime/tensor-data.js';
import { stated } from './stated-values.js';

export function statedWeight({ name, shape }: Pick<ParameterSpec, 'name' | 'shape'>): TensorData {
  const [low, high] = statedRange(name, shape);
  return floatTensor(
    shape,
    Float32Array.from(stated(name, elementCount(shape)), (value) => low + (high - low) * value),
  );
}

/** Products keep the size of what they multiply, nothing is 0 or 1. */
function statedRange(name: string, shape: readonly number[]): readonly [number, number] {
  if (shape.length === 1) return name.endsWith('.weight') ? [0.5, 1.5] : [-0.2, 0.2];
  if (name.endsWith('embedding')) return [-1, 1];
  const bound = Math.sqrt(3 / (name.endsWith('proj') ? shape[0]! : elementCount(shape.slice(1))));
  return [-bound, bound];
}
