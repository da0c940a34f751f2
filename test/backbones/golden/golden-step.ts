/** The parts that tests against the golden scripts share: the pixels of golden_step.py, and distances between tensors. */
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { stated } from './stated-values.js';

/** The pixels of golden_step.py: a colour per image, a colour per square of 8 pixels, and noise. */
export function statedPixels(name: string, count: number, height: number, width: number): TensorData {
  const [rows, columns] = [Math.ceil(height / 8), Math.ceil(width / 8)];
  const base = stated(`${name}.base`, count * 3);
  const squares = stated(`${name}.squares`, count * rows * columns * 3);
  const noise = stated(`${name}.noise`, count * height * width * 3);
  const data = Uint8Array.from(noise, (value, index) => {
    const channel = index % 3;
    const pixel = Math.floor(index / 3);
    const [x, y, image] = [pixel % width, Math.floor(pixel / width) % height, Math.floor(pixel / (width * height))];
    const square = ((image * rows + (y >> 3)) * columns + (x >> 3)) * 3 + channel;
    return Math.floor(base[image * 3 + channel]! * 32) + Math.floor(squares[square]! * 192) + Math.floor(value * 32);
  });
  return { dataType: 'uint8', shape: [count, height, width, 3], data };
}

export const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
export const numbers = (tensor: TensorData | undefined): number[] => Array.from(tensor!.data, Number);
export const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
/** |a - b| / |b| */
export const distance = (a: readonly number[], b: readonly number[]): number => norm(a.map((value, index) => value - b[index]!)) / norm(b);

/**
 * The error of a gradient relative to its own norm, but at least to a millionth of the norm of all gradients together: what is far
 * smaller than that is noise in float32.
 */
export function gradientError(found: readonly number[], expected: readonly number[], total: number): number {
  return norm(found.map((value, index) => value - expected[index]!)) / Math.max(norm(expected), 1e-6 * total);
}
