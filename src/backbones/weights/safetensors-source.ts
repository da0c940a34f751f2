/** Tensors of a safetensors file, as published by open_clip and on the Hugging Face hub. */
import { openSafetensors } from '../../tensors/safetensors.js';
import { elementCount, floatTensor } from '../../tensors/tensor-data.js';
import { floatingValues, type TensorSource } from './tensor-source.js';

/** @throws UserError when the file cannot be read or breaks the format. */
export async function openSafetensorsSource(path: string): Promise<TensorSource> {
  const file = await openSafetensors(path);
  const tensors = new Map(file.entries.map((entry) => [entry.name, entry]));
  return {
    path,
    tensors,
    async read(name) {
      const entry = tensors.get(name)!;
      return floatTensor(entry.shape, floatingValues(entry.type, await file.read(entry), name, path));
    },
    async readRows(name, rows) {
      const entry = tensors.get(name)!;
      const bytes = (entry.end - entry.start) / entry.shape[0]!;
      const parts: Float32Array[] = [];
      for (const row of rows) {
        const start = entry.start + row * bytes;
        parts.push(floatingValues(entry.type, await file.read({ ...entry, start, end: start + bytes }), name, path));
      }
      const width = elementCount(entry.shape.slice(1));
      const values = new Float32Array(rows.length * width);
      for (const [index, part] of parts.entries()) values.set(part, index * width);
      return floatTensor([rows.length, ...entry.shape.slice(1)], values);
    },
    close: () => file.close(),
  };
}
