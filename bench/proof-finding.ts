/** How far our tensors lie from those of a proof, and whether that is near enough. */
import type { TensorData } from '#antonym/tensors/tensor-data.js';

export interface Finding {
  readonly what: string;
  /** Relative to the norm of what is expected; of scores, absolute. */
  readonly error: number;
  readonly limit: number;
  /** The one of several tensors with this error, or the scored image. */
  readonly where?: string;
}

export function describe({ what, error, limit, where }: Finding): string {
  const verdict = error <= limit ? 'ok' : 'TOO LARGE';
  return `${what.padEnd(34)} ${error.toExponential(1)} of at most ${limit.toExponential(0)}  ${verdict}${where ? `  (${where})` : ''}`;
}

/** The largest error of several tensors, not a number above all, and whose it is. */
export async function worst(
  names: readonly string[],
  measure: (name: string) => Promise<number>,
): Promise<{ error: number; where: string }> {
  let found = { error: -1, where: '' };
  for (const name of names) {
    const error = await measure(name);
    if (!(error <= found.error)) found = { error, where: `worst: ${name}` };
  }
  return found;
}

export function norm({ data }: TensorData): number {
  return Math.sqrt((data as Float32Array).reduce((sum, value) => sum + value ** 2, 0));
}

/** |a - b| */
export function difference(found: TensorData, expected: TensorData): number {
  const [a, b] = [found.data as Float32Array, expected.data as Float32Array];
  return Math.sqrt(a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0));
}

/** |a - b| / |b| */
export function distance(found: TensorData, expected: TensorData): number {
  return difference(found, expected) / norm(expected);
}
