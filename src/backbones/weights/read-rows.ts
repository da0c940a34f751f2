/** Some rows of a stored matrix: of a table of 256,000 tokens, prompts need a hundred. */
import { floatTensor, type TensorData } from '../../tensors/tensor-data.js';
import type { TensorSource } from './tensor-source.js';

/**
 * @param name one of `tensors`
 * @returns float32 [rows, ...], in the order of the rows
 */
export async function readRows(source: TensorSource, name: string, rows: readonly number[]): Promise<TensorData> {
  return source.readRows ? source.readRows(name, rows) : rowsOf(await source.read(name), rows);
}

/** @param tensor float32 */
export function rowsOf({ shape, data }: TensorData, rows: readonly number[]): TensorData {
  const width = data.length / shape[0]!;
  const values = new Float32Array(rows.length * width);
  for (const [index, row] of rows.entries()) values.set((data as Float32Array).subarray(row * width, (row + 1) * width), index * width);
  return floatTensor([rows.length, ...shape.slice(1)], values);
}
